namespace Valkeyrie.Engine;

/// <summary>A held lock of <see cref="LeasedMutex"/>.</summary>
internal sealed class LeasedLock(LeasedMutex mutex, string key, string directory, string lockKey, long createRevision, RenewedLease lease, bool deleteOnUnlock)
    : GuardedLock(key, createRevision, lease, mutex.Engine.Info.Address)
{
    private readonly RenewedLease _lease = lease;

    /// <summary>The directory of the lock's keys, with its last slash.</summary>
    public string Directory => directory;

    protected override async ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        KvTransactionResult result;
        try
        {
            result = await mutex.Engine.CommitAsync(ReleaseTransaction(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            mutex.Forget(this);
            mutex.ReleaseInBackground(directory, _lease, ReleaseTransaction());
            throw;
        }

        mutex.Released(this, _lease);
        return result.Succeeded;
    }

    protected override void Abandon() => mutex.Released(this, _lease);

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) =>
        mutex.WaitForRemovalAsync(lockKey, FencingToken, FencingToken + 1, _lease.History, cancellationToken);

    private KvTransaction ReleaseTransaction() => new()
    {
        If = [new KvCondition(KvRange.Key(lockKey), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, FencingToken)],
        Then = deleteOnUnlock
            ? [new KvOperation.Delete(KvRange.Key(lockKey)), new KvOperation.Delete(KvRange.Key(Key))]
            : [new KvOperation.Delete(KvRange.Key(lockKey))],
    };
}
