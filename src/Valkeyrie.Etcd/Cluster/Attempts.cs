using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>Limits the attempts of one call of etcd's APIs, with renewed tokens and long-running streams.</summary>
internal sealed class Attempts(bool readOnly, int endpoints, TimeSpan timeout) : CallAttempts(readOnly, endpoints, timeout)
{
    private int _tokensRefused;

    /// <summary>Lets a stream that has begun continue: for the remaining time, or without a limit.</summary>
    /// <param name="deadline">The stream's deadline.</param>
    /// <param name="isBounded">True if the time applies to the whole stream.</param>
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

    /// <summary>Decides whether to renew a refused token and retry the call, which had no effect. This can happen several times, but not without a limit: a
    /// member that lags behind does not know a new token yet, and a change of any user invalidates all tokens.</summary>
    public bool MayRenewToken()
    {
        const int most = 8;
        TakeBack();
        return ++_tokensRefused <= most && HasTime;
    }

    /// <summary>Pauses before a renewed token is tried: not the first time, then longer each time.</summary>
    public Task PauseForTokenAsync(CancellationToken cancellationToken) =>
        _tokensRefused == 1 ? Task.CompletedTask : Task.Delay(WithinTime(FirstPause * (_tokensRefused - 1)), cancellationToken);
}
