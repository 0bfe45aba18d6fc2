using Google.Protobuf;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Takes and releases a free lock. The floor sends the same requests as a new lock of etcd's Go client: a lease granted, the key put in a
/// transaction, the owner read, the key deleted, the lease revoked.</summary>
internal sealed class LockWorkload() : Workload("lock", "a free lock taken and released", "lock")
{
    // Any number that the server would not choose for another lease.
    private const long LeaseId = 0x7661_6C6B;
    private const long Ttl = 20;

    public override Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var lockKey = ByteString.CopyFromUtf8($"bench/lock___lock/{LeaseId:x}");
        (string Method, byte[] Frame)[] roundTrips =
        [
            (BareClient.LeaseGrant, BareClient.Frame(new LeaseGrantRequest { ID = LeaseId, TTL = Ttl })),
            (BareClient.Txn, BareClient.Frame(TakeUnlessTaken(lockKey))),
            (BareClient.Range, BareClient.Frame(new RangeRequest
            {
                Key = ByteString.CopyFromUtf8("bench/lock___lock/"),
                RangeEnd = ByteString.CopyFromUtf8("bench/lock___lock0"),
                Limit = 1,
                SortTarget = SortTarget.Create,
                SortOrder = SortOrder.Ascend,
            })),
            (BareClient.DeleteRange, BareClient.Frame(new DeleteRangeRequest { Key = lockKey })),
            (BareClient.LeaseRevoke, BareClient.Frame(new LeaseRevokeRequest { ID = LeaseId })),
        ];
        var keys = SingleCalls.Keys("bench/lock");
        return Task.FromResult(arena.Select(
            floor: new("floor (five bare round trips)", (n, _) => InFlight.RunAsync(1, n, async _ =>
            {
                foreach (var (method, frame) in roundTrips)
                {
                    await arena.Bare.CallAsync(method, frame);
                }
            })),
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async i =>
            {
                var held = await arena.Store.LockAsync(keys[i % keys.Length]);
                await held.UnlockAsync();
            }))));
    }

    private static TxnRequest TakeUnlessTaken(ByteString lockKey) => new()
    {
        Compare = { new Compare { Target = Compare.Types.Target.Create, Key = lockKey, CreateRevision = 0 } },
        Success = { new RequestOp { RequestPut = new PutRequest { Key = lockKey, Lease = LeaseId } } },
    };
}
