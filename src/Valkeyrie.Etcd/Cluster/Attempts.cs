using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>How often and how long one call may be tried.</summary>
internal sealed class Attempts(bool readOnly, int endpoints, TimeSpan timeout)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly long _end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
    private TimeSpan _pause = FirstPause;
    private int _made;
    private int _futileInARow;
    private int _lost;
    private int _tokensRefused;

    private TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(1, _end - Environment.TickCount64));

    /// <summary>The time of the next attempt. A read leaves time for another endpoint, should this one keep silent.</summary>
    public TimeSpan NextTimeout()
    {
        var left = Left;
        var endpointsLeft = Math.Max(1, endpoints - _made);
        _made++;
        return readOnly && endpointsLeft > 1 ? left / Math.Min(3, endpointsLeft) : left;
    }

    /// <summary>Lets a stream that has begun run on: for what is left of the time, or without end.</summary>
    /// <param name="deadline">The stream's deadline.</param>
    /// <param name="isBounded">True if the time is for the stream as a whole.</param>
    public void LetRun(Deadline deadline, bool isBounded)
    {
        if (isBounded)
        {
            deadline.Restart(Left);
        }
        else
        {
            deadline.Lift();
        }
    }

    /// <summary>A refused token may be renewed, and the call made again, since nothing was done. More than once, too, though not without end: a member
    /// that lags behind does not know a new token yet, and a change to any user ends all tokens.</summary>
    public bool MayRenewToken()
    {
        const int most = 8;
        _made--;
        return ++_tokensRefused <= most && Environment.TickCount64 < _end;
    }

    /// <summary>Waits before a renewed token is tried: not the first time, then longer each time.</summary>
    public Task PauseForTokenAsync(CancellationToken cancellationToken) =>
        _tokensRefused == 1 ? Task.CompletedTask : Task.Delay(WithinTime(FirstPause * (_tokensRefused - 1)), cancellationToken);

    /// <summary>Reads may be sent again whatever happened; writes only if they provably did not reach a server. A member that cannot serve just now,
    /// as while a leader is elected, is asked again until the time is up; when no endpoint can be reached at all, that is not waited for.</summary>
    public bool MayTryAgain(Failure failure)
    {
        _futileInARow = failure.IsFutile ? _futileInARow + 1 : 0;
        _lost += failure.IsLost ? 1 : 0;
        return _futileInARow < endpoints
            && _lost <= endpoints
            && Environment.TickCount64 < _end
            && (failure.NotSent || (readOnly && failure.MayPass));
    }

    /// <summary>Waits a little once every endpoint has had its turn, longer each time.</summary>
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

    // A pause is part of the call's time.
    private TimeSpan WithinTime(TimeSpan pause) => TimeSpan.FromMilliseconds(Math.Clamp(_end - Environment.TickCount64, 0, (long)pause.TotalMilliseconds));
}
