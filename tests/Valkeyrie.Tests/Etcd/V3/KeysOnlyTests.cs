namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>The pairs in a listing without values.</summary>
public sealed class KeysOnlyTests(SharedEtcd etcd)
{
    private static readonly Version FirstWithoutLeases = new(3, 7);

    [Fact]
    public async Task Keys_alone_show_their_lease()
    {
        Assert.SkipWhen(EtcdBinary.ServerIs >= FirstWithoutLeases, "etcd 3.7 leaves leases out of answers without values, as the documentation says.");
        var (_, listed, lease) = await ListAsync();
        Assert.Equal(lease, listed.LeaseId);
    }

    [Fact]
    public async Task All_else_that_is_known_of_a_key_is_shown_without_its_value_too()
    {
        var (read, listed, lease) = await ListAsync();
        Assert.Equal(lease, read.LeaseId);
        Assert.Equal((read.Revision, read.CreateRevision, read.Version, true), (listed.Revision, listed.CreateRevision, listed.Version, listed.KeyOnly));
    }

    private async Task<(KvPair Read, KvPair Listed, long Lease)> ListAsync()
    {
        Valkeyrie.Etcd.EtcdStore.Register();
        await using var store = KvStore.Open(etcd.Server.Address);
        var key = $"keys-only-{Guid.NewGuid():n}";
        var lease = await store.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromHours(1));
        await store.PutAsync(key, "v", new KvPutOptions { LeaseId = lease.Id });
        var listed = await store.ListAllAsync(KvRange.Key(key), new KvListOptions { KeysOnly = true });
        return (await store.GetAsync(key), Assert.Single(listed), lease.Id);
    }
}
