namespace Valkeyrie.Tests.Conformance;

/// <summary>Leases, if the store has them.</summary>
public abstract class LeaseConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private IKvLeases Leases => Store.GetCapability<IKvLeases>();

    [Fact]
    public async Task A_lease_has_a_number_and_the_time_asked_for()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        Assert.NotEqual(0, lease.Id);
        Assert.Equal(Hour, lease.Ttl);
        Assert.NotEqual(lease.Id, (await Leases.GrantLeaseAsync(Hour)).Id);
    }

    [Fact]
    public async Task A_fraction_of_a_second_is_rounded_up()
    {
        Require(p => p.Leases);
        Assert.Equal(TimeSpan.FromSeconds(31), (await Leases.GrantLeaseAsync(TimeSpan.FromSeconds(30.001))).Ttl);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_time_of_zero_or_less_is_refused(int milliseconds)
    {
        Require(p => p.Leases);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.GrantLeaseAsync(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public async Task Keys_of_a_lease_go_when_it_is_revoked()
    {
        Require(p => p.Leases);
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
        Require(p => p.Leases);
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
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        var renewed = await Leases.RenewLeaseAsync(lease.Id);
        Assert.Equal(lease, renewed);
    }

    [Fact]
    public async Task A_lease_that_does_not_exist_is_lease_not_found()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Leases.RevokeLeaseAsync(lease.Id);
        var ended = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.RevokeLeaseAsync(lease.Id));
        Assert.Equal(KvErrorCode.LeaseNotFound, ended.Code);
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.RenewLeaseAsync(lease.Id));
        var onIt = new KvPutOptions { LeaseId = lease.Id };
        var put = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Store.PutAsync(At("a"), "v", onIt));
        var swap = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Store.TryAtomicPutAsync(At("a"), "v".Bytes(), 0, onIt));
        Assert.All([ended, put, swap], e => Assert.Contains($"{lease}", e.Message, StringComparison.Ordinal));
        Assert.False(await Store.ExistsAsync(At("a")));
    }

    [Fact]
    public async Task A_lease_and_a_time_to_live_cannot_be_given_together()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(
            async () => await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id, Ttl = Hour }));
    }

    [Fact]
    public async Task A_lease_outlives_the_store_that_made_it()
    {
        Require(p => p.Leases);
        var other = Open();
        var lease = await other.GetCapability<IKvLeases>().GrantLeaseAsync(Hour);
        await other.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = lease.Id });
        await other.DisposeAsync();
        Assert.True(await Store.ExistsAsync(At("a")));
        await Leases.RevokeLeaseAsync(lease.Id);
    }

    [Fact]
    public async Task A_lease_tells_its_time_what_is_left_of_it_and_its_keys()
    {
        Require(p => p.Leases);
        var granted = await Leases.GrantLeaseAsync(Hour);
        await Store.PutAsync(At("b"), "v", new KvPutOptions { LeaseId = granted.Id });
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = granted.Id });
        await Store.PutAsync(At("c"), "v");
        var lease = await Leases.GetLeaseAsync(granted.Id);
        Assert.Equal((granted.Id, Hour), (lease.Id, lease.Ttl));
        Assert.InRange(lease.Remaining!.Value, TimeSpan.FromMinutes(30), Hour);
        Assert.Equal([At("a"), At("b")], lease.Keys);
    }

    [Fact]
    public async Task A_key_that_was_written_without_its_lease_or_removed_is_no_longer_of_it()
    {
        Require(p => p.Leases);
        var options = new KvPutOptions { LeaseId = (await Leases.GrantLeaseAsync(Hour)).Id };
        foreach (var name in new[] { "a", "b", "c" })
        {
            await Store.PutAsync(At(name), "v", options);
        }

        await Store.PutAsync(At("a"), "v");
        await Store.DeleteAsync(At("b"));
        Assert.Equal([At("c")], (await Leases.GetLeaseAsync(options.LeaseId.Value)).Keys);
    }

    [Fact]
    public async Task A_lease_without_keys_has_none()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        Assert.Empty((await Leases.GetLeaseAsync(lease.Id)).Keys);
    }

    [Fact]
    public async Task A_lease_inside_a_namespace_names_the_keys_inside_it()
    {
        Require(p => p.Leases);
        var inside = Open(new KvStoreOptions { Namespace = At("ns/") });
        var options = new KvPutOptions { LeaseId = (await Leases.GrantLeaseAsync(Hour)).Id };
        await Store.PutAsync(At("a"), "v", options);
        await inside.PutAsync("b", "v", options);
        Assert.Equal([At("a"), At("ns/b")], (await Leases.GetLeaseAsync(options.LeaseId.Value)).Keys);
        Assert.Equal(["b"], (await inside.GetCapability<IKvLeases>().GetLeaseAsync(options.LeaseId.Value)).Keys);
    }

    [Fact]
    public async Task Asking_for_a_lease_that_has_ended_is_lease_not_found()
    {
        Require(p => p.Leases);
        await using var watching = await WatchRootAsync();
        var revoked = await Leases.GrantLeaseAsync(Hour);
        await Leases.RevokeLeaseAsync(revoked.Id);
        var missing = await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.GetLeaseAsync(revoked.Id));
        Assert.Contains($"{revoked.Id:x}", missing.Message, StringComparison.Ordinal);

        var expired = await Leases.GrantLeaseAsync(Second);
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = expired.Id });
        await watching.UntilAsync(e => e.Type == KvEventType.Delete);
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.GetLeaseAsync(expired.Id));
    }

    [Fact]
    public async Task The_number_0_stands_for_no_lease_and_is_refused()
    {
        Require(p => p.Leases);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.GetLeaseAsync(0));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.RenewLeaseAsync(0));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.KeepLeaseAliveAsync(0));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Leases.RevokeLeaseAsync(0));
    }

    [Fact]
    public async Task Leases_are_listed_with_their_keys_and_without_those_that_ended()
    {
        Require(p => p.Leases);
        var kept = await Leases.GrantLeaseAsync(Hour);
        var ended = await Leases.GrantLeaseAsync(Hour);
        await Store.PutAsync(At("a"), "v", new KvPutOptions { LeaseId = kept.Id });
        await Leases.RevokeLeaseAsync(ended.Id);
        var listed = await ListAsync();
        var found = Assert.Single(listed, l => l.Id == kept.Id);
        Assert.Equal(Hour, found.Ttl);
        Assert.NotNull(found.Remaining);
        Assert.Equal([At("a")], found.Keys);
        Assert.DoesNotContain(listed, l => l.Id == ended.Id);
    }

    [Fact]
    public async Task A_hundred_leases_are_listed_each_once()
    {
        Require(p => p.Leases);
        var made = new List<long>();
        for (var i = 0; i < 100; i++)
        {
            made.Add((await Leases.GrantLeaseAsync(Hour)).Id);
        }

        var listed = (await ListAsync()).ConvertAll(l => l.Id);
        Assert.Equal(listed.Distinct().Count(), listed.Count);
        Assert.Subset(listed.ToHashSet(), made.ToHashSet());
    }

    [Fact]
    public async Task A_lease_kept_alive_outlives_its_time_and_ends_with_the_store()
    {
        Require(p => p.Leases);
        await using var watching = await WatchRootAsync();
        var other = Open();
        var ttl = TimeSpan.FromSeconds(4);
        var leases = other.GetCapability<IKvLeases>();
        var kept = await leases.KeepLeaseAliveAsync((await leases.GrantLeaseAsync(ttl)).Id);
        var twin = await leases.GrantLeaseAsync(ttl);
        await other.PutAsync(At("kept"), "v", new KvPutOptions { LeaseId = kept.Id });
        await other.PutAsync(At("twin"), "v", new KvPutOptions { LeaseId = twin.Id });
        await watching.UntilAsync(e => e.Type == KvEventType.Delete && e.Key == At("twin"));
        await leases.RevokeLeaseAsync((await leases.KeepLeaseAliveAsync((await leases.GrantLeaseAsync(ttl)).Id)).Id);

        Assert.Equal(kept.Id, (await Leases.GetLeaseAsync(kept.Id)).Id);
        await other.DisposeAsync();
        await watching.UntilAsync(e => e.Type == KvEventType.Delete && e.Key == At("kept"));
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.GetLeaseAsync(kept.Id));
    }

    [Fact]
    public async Task A_lease_that_has_ended_cannot_be_kept_alive()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Leases.RevokeLeaseAsync(lease.Id);
        await Assert.ThrowsAsync<KvLeaseNotFoundException>(async () => await Leases.KeepLeaseAliveAsync(lease.Id));
    }

    [Fact]
    public async Task A_closed_store_gives_and_lists_no_lease()
    {
        Require(p => p.Leases);
        var lease = await Leases.GrantLeaseAsync(Hour);
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await Leases.GetLeaseAsync(lease.Id));
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await Leases.KeepLeaseAliveAsync(lease.Id));
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await ListAsync());
    }

    private async Task<List<KvLease>> ListAsync()
    {
        List<KvLease> leases = [];
        await foreach (var lease in Leases.ListLeasesAsync())
        {
            leases.Add(lease);
        }

        return leases;
    }
}
