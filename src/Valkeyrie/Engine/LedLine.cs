namespace Valkeyrie.Engine;

/// <summary>The first place in the line of an election, won through <see cref="LineElections"/>.</summary>
internal sealed class LedLine(LineElections elections, string name, LinePlace place) : HeldPlace(name, place.CreateRevision, place.Lease, elections.Address)
{
    public override string Own => place.Key;

    public override async ValueTask MarkAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        try
        {
            if (await place.MarkAsync(value, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
        catch (KvLeaseNotFoundException)
        {
            place.Lease.MarkLost();
        }

        MarkLost(KvLockLostReason.KeyRemoved);
        ThrowIfLost();
    }

    protected override KvException LostError(KvLockLostReason reason) => new KvLeadershipLostException(Key, elections.Address, reason);

    protected override ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        elections.Forget(this);
        return place.LeaveAsync(cancellationToken);
    }

    protected override void Abandon()
    {
        elections.Forget(this);
        place.Abandon();
    }

    protected override Task WaitForRemovalAsync(CancellationToken cancellationToken) => place.WaitForRemovalAsync(place.Key, cancellationToken);
}
