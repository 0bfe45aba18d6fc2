namespace Valkeyrie.Tests.Conformance;

/// <summary>The information of a store about itself, and the effect of closing it.</summary>
public abstract class LifetimeConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task A_closed_store_says_so(string call)
    {
        await Store.DisposeAsync();
        var closed = await Assert.ThrowsAsync<KvStoreClosedException>(() => EveryCall.MakeAsync(call, Store, At("a")));
        Assert.Equal(KvErrorCode.StoreClosed, closed.Code);
        Assert.Equal(Store.Info.Address, closed.Endpoint);
    }

    [Fact]
    public async Task A_closed_store_cannot_be_pinged()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await Store.PingAsync());
    }

    [Fact]
    public async Task A_store_can_be_closed_twice()
    {
        await Store.PutAllAsync(At("a"));
        await Store.DisposeAsync();
        await Store.DisposeAsync();
        Assert.NotEmpty(Store.Info.Address);
    }

    [Fact]
    public async Task A_store_that_was_never_used_can_be_closed() => await Open().DisposeAsync();

    [Fact]
    public async Task Closing_a_store_ends_its_watches()
    {
        var other = Open();
        await other.PutAllAsync(At("a"));
        await using var key = RunningWatch.Key(other, At("a"));
        await using var tree = RunningWatch.Tree(other, Root);
        await key.NextAsync();
        await tree.NextAsync();
        await other.DisposeAsync();
        Assert.IsType<KvStoreClosedException>(await key.EndAsync());
        Assert.IsType<KvStoreClosedException>(await tree.EndAsync());
    }

    [Fact]
    public async Task Closing_a_store_ends_its_waits_for_locks_and_leaves_nothing_behind()
    {
        await using var held = await Store.LockAsync(At("a"));
        var other = Open();
        var waiting = other.LockAsync(At("a")).AsTask();
        await UntilLockKeysAsync(At("a"), 2);
        await other.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(() => waiting.WaitAsync(Patience.Limit));
        await UntilLockKeysAsync(At("a"), 1);
    }

    [Fact]
    public async Task Closing_a_store_in_the_middle_of_calls_hangs_none_of_them()
    {
        var other = Open();
        var calls = Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            while (true)
            {
                await other.PutAsync(At($"{i}"), "v");
            }
        })).ToList();
        await Patience.UntilAsync(async () => await Store.CountAsync(KvRange.Prefix(Root)) > 16, "calls under way");
        await other.DisposeAsync();
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<KvException>(() => call.WaitAsync(Patience.Limit));
        }
    }

    [Fact]
    public async Task Closing_one_store_leaves_another_alone()
    {
        var other = Open();
        await other.PutAllAsync(At("a"));
        await using var watching = await WatchRootAsync();
        await using var held = await Store.LockAsync(At("lock"));
        await other.DisposeAsync();
        await Store.PutAsync(At("a"), "after");
        await watching.UntilAsync(e => e.Key == At("a") && e.Value == "after");
        Assert.True(held.IsHeld);
    }

    [Fact]
    public void A_missing_capability_is_not_supported_and_the_store_is_named()
    {
        var missing = Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<IKvUnheardOf>());
        Assert.Equal(KvErrorCode.NotSupported, missing.Code);
        Assert.Contains("unheard of", missing.Message, StringComparison.Ordinal);
        Assert.Contains(Store.Info.Address, missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claimed_capabilities_are_there_and_others_not_supported()
    {
        AssertCapability<IKvTransactions>(Promises.Transactions);
        AssertCapability<IKvLeases>(Promises.Leases);
        AssertCapability<IKvHistory>(Promises.History);
    }

    [Fact]
    public void A_store_says_what_it_is_and_where()
    {
        Assert.NotEmpty(Store.Info.Scheme);
        Assert.StartsWith(Store.Info.Scheme, Store.Info.Address, StringComparison.Ordinal);
        Assert.NotEmpty(Store.Info.Endpoints);
        Assert.Equal("", Store.Info.Namespace);
        Assert.Null(Store.Info.UserName);
        Assert.Equal(Store.Info.Address, Store.Info.ToString());
    }

    private void AssertCapability<TCapability>(bool claimed)
        where TCapability : class
    {
        if (claimed)
        {
            Assert.NotNull(Store.GetCapability<TCapability>());
        }
        else
        {
            var missing = Assert.Throws<KvNotSupportedException>(() => Store.GetCapability<TCapability>());
            Assert.Contains(Store.Info.Address, missing.Message, StringComparison.Ordinal);
        }
    }

    private interface IKvUnheardOf;
}
