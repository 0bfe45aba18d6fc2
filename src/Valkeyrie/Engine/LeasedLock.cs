namespace Valkeyrie.Engine;

/// <summary>The prize of a contender of <see cref="LeasedMutex"/>.</summary>
internal sealed class LeasedLock(LeasedMutex mutex, Contest contest, string own, long createRevision, RenewedLease lease)
    : HeldPlace(contest.Name, createRevision, lease, mutex.Engine.Info.Address)
{
    private readonly RenewedLease _lease = lease;

    /// <summary>The contest that was won.</summary>
    public Contest Contest => contest;

    public override string Own => own;

    private KvCondition IsHeldStill => new(KvRange.Key(own), KvConditionTarget.CreateRevision, KvConditionOperator.Equal, FencingToken);

    public override async ValueTask MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        var write = new KvTransaction { If = [IsHeldStill], Then = [new KvOperation.Put(own, value, _lease.Id)] };
        try
        {
            if ((await mutex.Engine.CommitAsync(write, cancellationToken).ConfigureAwait(false)).Succeeded)
            {
                return;
            }
        }
        catch (KvLeaseNotFoundException)
        {
            _lease.MarkLost();
        }

        MarkLost(KvLockLostReason.KeyRemoved);
        ThrowIfLost();
    }

    protected override KvException LostError(KvLockLostReason reason) => contest.Lost(reason, mutex.Engine.Info.Address);

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
            mutex.ReleaseInBackground(contest.Directory, _lease, ReleaseTransaction());
            throw;
        }

        mutex.Released(this, _lease);
        return result.Succeeded;
    }

    protected override void Abandon() => mutex.Released(this, _lease);

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) =>
        mutex.WaitForRemovalAsync(own, FencingToken, FencingToken + 1, _lease.History, cancellationToken);

    private KvTransaction ReleaseTransaction() => new()
    {
        If = [IsHeldStill],
        Then = [new KvOperation.Delete(KvRange.Key(own)), .. contest.Leaving()],
    };
}
