namespace Valkeyrie.Etcd.Transport;

/// <summary>How often and how long one call may be tried.</summary>
internal sealed class Attempts(bool readOnly, int endpoints, TimeSpan timeout)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly long _end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
    private int _made;
    private bool _tokenRenewed;

    /// <summary>The time of the next attempt. A read leaves time for another endpoint, should this one keep silent.</summary>
    public TimeSpan NextTimeout()
    {
        var left = TimeSpan.FromMilliseconds(Math.Max(1, _end - Environment.TickCount64));
        var endpointsLeft = Math.Max(1, endpoints - _made);
        _made++;
        return readOnly && endpointsLeft > 1 ? left / Math.Min(3, endpointsLeft) : left;
    }

    public bool MayRenewToken()
    {
        if (_tokenRenewed)
        {
            return false;
        }

        _made--;
        return _tokenRenewed = true;
    }

    /// <summary>Reads may be sent again whatever happened; writes only if they provably did not reach a server.</summary>
    public bool MayTryAgain(Failure failure) =>
        (_made < Math.Max(endpoints, failure.NoConnection ? 1 : 2) || failure.ConnectTimedOut)
        && Environment.TickCount64 < _end
        && (failure.NotSent || (readOnly && failure.MayPass));

    /// <summary>Waits a little once every endpoint has had its turn.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) =>
        _made < endpoints ? Task.CompletedTask : Task.Delay(Pause, cancellationToken);
}
