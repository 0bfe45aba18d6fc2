using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Locks;

/// <summary>A held lock of <see cref="SequenceMutex"/>.</summary>
/// <param name="mutex">The mutex of the lock.</param>
/// <param name="key">The locked key.</param>
/// <param name="contender">The lock's own node.</param>
/// <param name="session">The session of the lock.</param>
/// <param name="deleteOnUnlock">True to remove the locked key in the step that releases the lock.</param>
internal sealed class SequenceLock(SequenceMutex mutex, string key, Contender contender, Session session, bool deleteOnUnlock)
    : GuardedLock(key, contender.Czxid, session.Lease!, mutex.Address)
{
    protected override async ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        mutex.Forget(this);
        return await mutex.ReleaseAsync(Key, contender, session, deleteOnUnlock, cancellationToken).ConfigureAwait(false);
    }

    protected override void Abandon()
    {
        mutex.Forget(this);
        mutex.RemoveInBackground(contender.Path, Key, session);
    }

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) => mutex.WaitForRemovalAsync(contender.Path, Key, session, cancellationToken);
}
