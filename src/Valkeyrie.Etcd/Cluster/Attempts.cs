using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>How often and how long one call of etcd's APIs may be tried: tokens are renewed, and streams run on.</summary>
internal sealed class Attempts(bool readOnly, int endpoints, TimeSpan timeout) : CallAttempts(readOnly, endpoints, timeout)
{
    private int _tokensRefused;

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
        TakeBack();
        return ++_tokensRefused <= most && HasTime;
    }

    /// <summary>Waits before a renewed token is tried: not the first time, then longer each time.</summary>
    public Task PauseForTokenAsync(CancellationToken cancellationToken) =>
        _tokensRefused == 1 ? Task.CompletedTask : Task.Delay(WithinTime(FirstPause * (_tokensRefused - 1)), cancellationToken);
}
