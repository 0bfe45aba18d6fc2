namespace Valkeyrie.Tests.Conformance;

/// <summary>A namespace is added to every key and removed again, everywhere.</summary>
public abstract class NamespaceConformance : StoreConformance
{
    private readonly IKvStore _inside;

    protected NamespaceConformance(IStoreRig rig)
        : base(rig) => _inside = Open(new KvStoreOptions { Namespace = At("ns/") });

    [Fact]
    public async Task Keys_are_written_below_the_namespace_and_read_without_it()
    {
        var written = await _inside.PutAsync("a", "v");
        Assert.Equal("a", written.Key);
        Assert.Equal("a", (await _inside.GetAsync("a")).Key);
        Assert.Equal("v", (await Store.GetAsync(At("ns/a"))).Value);
        Assert.True(await _inside.ExistsAsync("a"));
        Assert.False(await _inside.ExistsAsync(At("ns/a")));
        Assert.Equal(At("ns/"), _inside.Info.Namespace);
    }

    [Fact]
    public async Task Listings_stay_inside()
    {
        string[] ofTheNamespacesName = Promises.KeysAsWritten ? [At("ns")] : [];
        await Store.PutAllAsync([At("a"), .. ofTheNamespacesName, At("ns0"), At("nsx/a")]);
        await _inside.PutAllAsync("a", "d/b", "d/c");
        Assert.Equal(["a", "d/b", "d/c"], await _inside.KeysAsync(KvRange.All));
        Assert.Equal(["d/b", "d/c"], await _inside.KeysAsync("d"));
        Assert.Equal(["d/b", "d/c"], await _inside.KeysAsync(KvRange.Prefix("d")));
        Assert.Equal(3, await _inside.CountAsync(KvRange.All));
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await _inside.ListAllAsync("e"));
        Assert.Equal("e", missing.Key);
    }

    [Fact]
    public async Task Pages_stay_inside()
    {
        const int Many = 1_200;
        await Store.PutAllAsync(At("ns0"), At("mz"));
        await Parallel.ForAsync(0, Many, async (i, token) => await _inside.PutAsync($"{i:0000}", default, null, token));
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"{i:0000}"), await _inside.KeysAsync(KvRange.All));
    }

    [Fact]
    public async Task Deleting_everything_deletes_only_what_is_inside()
    {
        string[] outside = [At("a"), At("ns0"), At("nsx/a")];
        await Store.PutAllAsync(outside);
        await _inside.PutAllAsync("a", "b/c");
        Assert.Equal(2, await _inside.DeleteTreeAsync(KvRange.All));
        Assert.Equal(outside, await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Deleting_stays_inside()
    {
        await Store.PutAllAsync(At("a"), At("d/x"));
        await _inside.PutAllAsync("a", "d/x");
        await _inside.DeleteAsync("a");
        Assert.Equal(1, await _inside.DeleteTreeAsync("d"));
        Assert.Equal([At("a"), At("d/x")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Watches_stay_inside()
    {
        await _inside.PutAsync("a", "0");
        await using var watching = RunningWatch.Tree(_inside, KvRange.All, new KvWatchOptions { PreviousValue = true });
        Assert.Equal("a", (await watching.NextAsync()).Key);
        await Store.PutAllAsync(At("ns0"), At("outside"));
        await _inside.PutAsync("a", "1");
        var change = await watching.NextAsync();
        Assert.Equal(("a", "1", "a"), (change.Key, change.Value, change.Previous!.Key));
    }

    [Fact]
    public async Task A_watch_on_a_key_stays_inside()
    {
        await _inside.PutAsync(At("a"), "0");
        await using var watching = RunningWatch.Key(_inside, At("a"));
        Assert.Equal("0", (await watching.NextAsync()).Value);
        await Store.PutAsync(At("a"), "outside");
        await _inside.PutAsync(At("a"), "1");
        var change = await watching.NextAsync();
        Assert.Equal((At("a"), "1"), (change.Key, change.Value));
    }

    [Fact]
    public async Task Conditional_writes_stay_inside()
    {
        var written = await _inside.AtomicPutAsync("a", "1".Bytes(), 0);
        Assert.Equal(written.Revision, (await Store.GetAsync(At("ns/a"))).Revision);
        var exists = await Assert.ThrowsAsync<KvKeyExistsException>(async () => await _inside.AtomicPutAsync("a", "2".Bytes(), 0));
        Assert.Equal("a", exists.Key);
        await _inside.AtomicDeleteAsync("a", written.Revision);
    }

    [Fact]
    public async Task A_lock_inside_is_the_lock_of_the_whole_key_outside()
    {
        await using (await _inside.LockAsync("a", new KvLockOptions { Value = "v".Bytes() }))
        {
            Assert.Equal("v", (await Store.GetAsync(At("ns/a"))).Value);
            await Assert.ThrowsAsync<KvCannotLockException>(async () => await Store.LockAsync(At("ns/a"), new KvLockOptions { Timeout = TimeSpan.Zero }));
            Assert.Single(await Rig.LockKeysAsync(Store, At("ns/a")));
        }

        Assert.Empty(await Rig.LockKeysAsync(Store, At("ns/a")));
    }

    [Fact]
    public async Task Transactions_stay_inside()
    {
        Require(p => p.Transactions);
        await Store.PutAllAsync(At("ns0"));
        await _inside.PutAsync("a", "1");
        var result = await _inside.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction
        {
            If = [KvCondition.Exists("a"), KvCondition.Missing("b")],
            Then = [new KvOperation.Put("b", "2".Bytes()), new KvOperation.Read(KvRange.All), new KvOperation.Delete(KvRange.Key("a"))],
        });
        Assert.True(result.Succeeded);
        Assert.Equal(["a", "b"], result.Results[1].Pairs.Select(p => p.Key));
        Assert.Equal([At("ns/b"), At("ns0")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task A_namespace_is_used_as_written()
    {
        var plain = Open(new KvStoreOptions { Namespace = At("ns") });
        await _inside.PutAllAsync("a");
        await Store.PutAllAsync(At("nsx"));
        Assert.Equal(["/a", "x"], await plain.KeysAsync(KvRange.All));
    }

    [Fact]
    public void A_namespace_that_is_no_key_is_refused()
    {
        Assert.Throws<KvInvalidArgumentException>(() => Open(new KvStoreOptions { Namespace = "a\0b" }));
        Assert.Throws<KvInvalidArgumentException>(() => Open(new KvStoreOptions { Namespace = "a\uD83D" }));
    }
}
