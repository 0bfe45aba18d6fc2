namespace Valkeyrie.Engine.Http;

/// <summary>How often and how long one call may be tried.</summary>
/// <param name="readOnly">True if the call changes nothing, or nothing that matters.</param>
/// <param name="endpoints">How many endpoints there are.</param>
/// <param name="timeout">How long all attempts together may take.</param>
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

    /// <summary>What is left of the time: at least a millisecond.</summary>
    protected TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(1, _end - Environment.TickCount64));

    /// <summary>True until the time is up.</summary>
    protected bool HasTime => Environment.TickCount64 < _end;

    /// <summary>The time of the next attempt. A read leaves time for another endpoint, should this one keep silent.</summary>
    public TimeSpan NextTimeout()
    {
        var left = Left;
        var endpointsLeft = Math.Max(1, endpoints - _made);
        _made++;
        return readOnly && endpointsLeft > 1 ? left / Math.Min(3, endpointsLeft) : left;
    }

    /// <summary>Reads may be sent again whatever happened; writes only if they provably did not reach a server. A server that cannot serve just now is
    /// asked again until the time is up; where no endpoint can be reached at all, that is not waited for.</summary>
    /// <param name="failure">How the last attempt failed.</param>
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

    /// <summary>The error that the call ends with. An attempt that the end of the time cuts short reports a timeout, though its endpoint has said before why it cannot
    /// serve: that reason is reported, unless the last attempt may have written.</summary>
    /// <param name="last">How the last attempt failed.</param>
    public KvException ErrorOf(CallFailure last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return last.Error is KvTimeoutException && (readOnly || last.NotSent) && _refusal is { } refusal && refusal.Endpoint == last.Error.Endpoint ? refusal : last.Error;
    }

    /// <summary>Waits a little once every endpoint has had its turn, longer each time.</summary>
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

    /// <summary>Counts the last attempt as none.</summary>
    protected void TakeBack() => _made--;

    /// <summary>As much of a pause as is left of the time, of which it is a part.</summary>
    /// <param name="pause">The pause.</param>
    protected TimeSpan WithinTime(TimeSpan pause) => TimeSpan.FromMilliseconds(Math.Clamp(_end - Environment.TickCount64, 0, (long)pause.TotalMilliseconds));
}
