namespace Valkeyrie.Tests.Conformance;

/// <summary>Leases, where a store has them.</summary>
public abstract class LeaseConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private IKvLeases Leases => Store.GetCapability<IKvLeases>();

    [Fact]
    public async Task A_lease_has_a_number_and_the_time_asked_for()
    {
        Require(StoreTraits.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        Assert.NotEqual(0, lease.Id);
        Assert.Equal(Hour, lease.Ttl);
        Assert.NotEqual(lease.Id, (await Leases.GrantLeaseAsync(Hour)).Id);
    }

    [Fact]
    public async Task A_fraction_of_a_second_is_rounded_up()
    {
        Require(StoreTraits.Leases);
        Assert.Equal(TimeSpan.FromSeconds(31), (await Leases.GrantLeaseAsync(TimeSpan.FromSeconds(30.001))).Ttl);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_time_of_zero_or_less_is_refused(int milliseconds)
    {
        Require(StoreTraits.Leases);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.GrantLeaseAsync(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public async Task Keys_of_a_lease_go_when_it_is_revoked()
    {
        Require(StoreTraits.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id });
        await Store.PutAsync(At("b"), "v", new KvPutOptions { LeaseId = lease.Id });
        await Store.PutAsync(At("c"), "v");
        Assert.Equal(lease.Id, (await Store.GetAsync(At("a"))).LeaseId);

        await Leases.RevokeLeaseAsync(lease.Id);
        Assert.Equal([At("c")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Keys_of_a_lease_go_when_it_is_not_renewed()
    {
        Require(StoreTraits.Leases);
        await using var watching = await WatchRootAsync();
        var lease = await Leases.GrantLeaseAsync(Second);
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id });
        Assert.Equal(KvEventType.Put, (await watching.NextAsync()).Type);
        Assert.Equal(KvEventType.Delete, (await watching.NextAsync()).Type);
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.RenewLeaseAsync(lease.Id));
    }

    [Fact]
    public async Task Renewing_gives_the_full_time_again()
    {
        Require(StoreTraits.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        var renewed = await Leases.RenewLeaseAsync(lease.Id);
        Assert.Equal(lease, renewed);
    }

    [Fact]
    public async Task A_lease_that_does_not_exist_is_lease_not_found()
    {
        Require(StoreTraits.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Leases.RevokeLeaseAsync(lease.Id);
        var ended = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.RevokeLeaseAsync(lease.Id));
        Assert.Equal(KvErrorCode.LeaseNotFound, ended.Code);
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.RenewLeaseAsync(lease.Id));
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(
            async () => await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id }));
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(
            async () => await Store.TryAtomicPutAsync(At("a"), "v".Bytes(), 0, new KvPutOptions { LeaseId = lease.Id }));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task A_lease_and_a_time_to_live_cannot_be_given_together()
    {
        Require(StoreTraits.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(
            async () => await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id, Ttl = Hour }));
    }

    [Fact]
    public async Task A_lease_outlives_the_store_that_made_it()
    {
        Require(StoreTraits.Leases);
        var other = Open();
        var lease = await other.GetCapability<IKvLeases>().GrantLeaseAsync(Hour);
        await other.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id });
        await other.DisposeAsync();
        Assert.True(await Store.ExistsAsync(At("a")));
        await Leases.RevokeLeaseAsync(lease.Id);
    }
}
