using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Locks;

/// <summary>A held lock of <see cref="SessionMutex"/>.</summary>
/// <param name="mutex">The mutex of the lock.</param>
/// <param name="key">The locked key.</param>
/// <param name="lockKey">The lock's own key, in the server's form.</param>
/// <param name="revision">The revision at which the lock's own key was acquired.</param>
/// <param name="session">The session that holds the lock.</param>
/// <param name="lease">The session as a lease.</param>
/// <param name="deleteOnUnlock">True to remove the locked key in the step that releases the lock.</param>
internal sealed class SessionLock(SessionMutex mutex, string key, string lockKey, long revision, string session, RenewedLease lease, bool deleteOnUnlock)
    : GuardedLock(key, revision, lease, mutex.Info.Address)
{
    private readonly RenewedLease _lease = lease;

    protected override async ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await mutex.ReleaseAsync(Key, lockKey, session, deleteOnUnlock, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Regardless of the outcome of the release: without its session, nothing holds the lock.
            Abandon();
        }
    }

    protected override void Abandon() => mutex.LetGo(this, _lease);

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) => mutex.WaitWhileHeldAsync(Key, lockKey, FencingToken, session, cancellationToken);
}
