namespace Valkeyrie.Engine.Http;

/// <summary>Limits the number and duration of the attempts of one call.</summary>
/// <param name="readOnly">True if the call can be repeated safely, because it changes nothing important.</param>
/// <param name="endpoints">The number of endpoints.</param>
/// <param name="timeout">The longest duration of all attempts together.</param>
public class CallAttempts(bool readOnly, int endpoints, TimeSpan timeout)
{
    /// <summary>The shortest pause between attempts.</summary>
    protected static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly long _end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
    private TimeSpan _pause = FirstPause;
    private int _made;
    private int _futileInARow;
    private int _lost;
    private KvUnreachableException? _refusal;

    /// <summary>The remaining time, at least a millisecond.</summary>
    protected TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(1, _end - Environment.TickCount64));

    /// <summary>True while time remains.</summary>
    protected bool HasTime => Environment.TickCount64 < _end;

    /// <summary>Returns the timeout of the next attempt. A read leaves time for another endpoint, in case this one does not answer.</summary>
    public TimeSpan NextTimeout()
    {
        var left = Left;
        var endpointsLeft = Math.Max(1, endpoints - _made);
        _made++;
        return readOnly && endpointsLeft > 1 ? left / Math.Min(3, endpointsLeft) : left;
    }

    /// <summary>Decides whether to try again: reads after any failure, writes only if they provably did not reach a server. A server that is temporarily
    /// unavailable is asked again until the time is up; if no endpoint can be reached at all, the call does not wait.</summary>
    /// <param name="failure">The failure of the last attempt.</param>
    public bool MayTryAgain(CallFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        _futileInARow = failure.IsFutile ? _futileInARow + 1 : 0;
        _lost += failure.IsLost ? 1 : 0;
        _refusal = failure.Error is KvUnreachableException { Reason: KvUnreachableReason.Unavailable } refusal ? refusal : _refusal;
        return _futileInARow < endpoints
            && _lost <= endpoints
            && HasTime
            && (failure.NotSent || (readOnly && failure.MayPass));
    }

    /// <summary>Returns the error of the call. If the end of the time interrupts an attempt after the endpoint has reported why it cannot serve, that report is
    /// the error, unless the last attempt may have written.</summary>
    /// <param name="last">The failure of the last attempt.</param>
    public KvException ErrorOf(CallFailure last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return last.Error is KvTimeoutException && (readOnly || last.NotSent) && _refusal is { } refusal && refusal.Endpoint == last.Error.Endpoint ? refusal : last.Error;
    }

    /// <summary>Pauses once every endpoint has been tried, longer each time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        if (_made < endpoints)
        {
            return Task.CompletedTask;
        }

        var pause = _pause;
        _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        return Task.Delay(WithinTime(pause), cancellationToken);
    }

    /// <summary>Does not count the last attempt.</summary>
    protected void TakeBack() => _made--;

    /// <summary>Limits a pause to the remaining time.</summary>
    /// <param name="pause">The pause.</param>
    protected TimeSpan WithinTime(TimeSpan pause) => TimeSpan.FromMilliseconds(Math.Clamp(_end - Environment.TickCount64, 0, (long)pause.TotalMilliseconds));
}
