namespace Valkeyrie.Tests.Conformance;

/// <summary>Listings and watches omit lock keys; a key that only has such a name is data like any other.</summary>
public abstract class LockKeyConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly KvListOptions KeysOnly = new() { KeysOnly = true };

    /// <summary>Data with names like those of lock keys, in key order.</summary>
    private string[] Named => [At("a___lock"), At("b___lock/1f"), At("b___lock/text"), At("c___lock/0"), At("z")];

    [Fact]
    public async Task Data_named_like_a_lock_is_listed_and_counted()
    {
        await Store.PutAllAsync(Named);
        Assert.Equal(Named, await Store.KeysAsync(Root));
        Assert.Equal(Named, await Store.KeysAsync(Root, KeysOnly));
        Assert.Equal(Named[..3], await Store.KeysAsync(Root, KeysOnly with { Limit = 3 }));
        Assert.Equal(Named.Length, await Store.CountAsync(Root));
    }

    [Fact]
    public async Task Data_named_like_a_lock_that_will_expire_is_listed()
    {
        await Store.PutAsync(At("a___lock"), "0123456789abcdef0123456789abcdef", new KvPutOptions { Ttl = TimeSpan.FromHours(1) });
        await Store.PutAsync(At("b___lock/1f"), "", new KvPutOptions { Ttl = TimeSpan.FromHours(1) });
        Assert.Equal([At("a___lock"), At("b___lock/1f")], await Store.KeysAsync(Root));
        Assert.Equal([At("a___lock"), At("b___lock/1f")], await Store.KeysAsync(Root, KeysOnly));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_named_like_a_lock_is_shown_in_its_directory(bool keysOnly)
    {
        await Store.PutAllAsync(Named);
        var directories = Store.GetCapability<IKvDirectories>();
        Assert.Equal(
            ["a___lock", "b___lock", "c___lock", "z"],
            (await directories.EntriesAsync(KvRange.Below(Root), new KvEntryOptions { KeysOnly = keysOnly })).Select(e => e.Name));
        Assert.Equal(
            ["1f", "text"],
            (await directories.EntriesAsync(KvRange.Below(At("b___lock")), new KvEntryOptions { KeysOnly = keysOnly })).Select(e => e.Name));
        Assert.True((await directories.TryGetEntryAsync(At("c___lock")))!.IsDirectory);
    }

    [Fact]
    public async Task Data_named_like_a_lock_is_watched()
    {
        await Store.PutAllAsync(Named);
        await using var watching = await WatchRootAsync();
        await Store.PutAsync(At("b___lock/1f"), "new");
        var first = await watching.UntilAsync(e => e.Type == KvEventType.Put);
        Assert.Equal(At("b___lock/1f"), first[^1].Key);
        await Store.DeleteAsync(At("b___lock/1f"));
        await Store.DeleteAsync(At("c___lock/0"));
        await Store.PutAsync(At("end"), "");
        Assert.Equal(
            [(KvEventType.Delete, At("b___lock/1f")), (KvEventType.Delete, At("c___lock/0")), (KvEventType.Put, At("end"))],
            (await watching.UntilAsync(e => e.Key == At("end"))).Select(e => (e.Type, e.Key)));
    }

    [Fact]
    public async Task Data_named_like_a_lock_is_copied()
    {
        await Store.PutAllAsync(Named);
        await new KvTreeCopy(KvTreeContent.Of(Store, Root), Store, Root + "-copy").RunAsync();
        Assert.Equal(Named.Length, await Store.CountAsync(Root + "-copy"));
        await foreach (var difference in KvTreeComparison.CompareAsync(KvTreeContent.Of(Store, Root), KvTreeContent.Of(Store, Root + "-copy")))
        {
            Assert.Equal("==", difference.SideIndicator);
        }
    }

    [Fact]
    public async Task The_keys_of_locks_are_left_out_beside_data_named_alike()
    {
        // Taken first: the lock waits for other keys in the queue of its contenders, as etcd's own tools do.
        await using var beside = await Store.LockAsync(At("d"));
        await using var among = await Store.LockAsync(Promises.KeysAsWritten ? At("b") : At("e"));
        await Store.PutAllAsync(Named);
        Assert.Equal(Named, await Store.KeysAsync(Root));
        Assert.Equal(Named, await Store.KeysAsync(Root, KeysOnly));
        Assert.Equal(Named.Length, await Store.CountAsync(Root));
        var entries = await Store.GetCapability<IKvDirectories>().EntriesAsync(KvRange.Below(Root), new KvEntryOptions { KeysOnly = true });
        Assert.Equal(["a___lock", "b___lock", "c___lock", "z"], entries.Select(e => e.Name));
    }

    [Fact]
    public async Task The_end_of_a_lock_that_a_watch_has_not_seen_begin_is_not_shown()
    {
        Require(p => p.EveryChange);
        await Store.PutAllAsync(At("named___lock/1f"));
        var held = await Store.LockAsync(At("a"));
        var began = await Store.PutAsync(At("-begun"), "");
        await using var watching = RunningWatch.Tree(Store, Root, new KvWatchOptions { FromRevision = began.Revision });
        await watching.UntilAsync(e => e.Key == At("-begun"));
        await held.UnlockAsync();
        await Store.DeleteAsync(At("named___lock/1f"));
        await Store.PutAsync(At("end"), "");
        Assert.Equal([At("named___lock/1f"), At("end")], (await watching.UntilAsync(e => e.Key == At("end"))).Select(e => e.Key));
    }

    [Fact]
    public async Task A_lock_key_that_was_overwritten_is_data()
    {
        await using var held = await Store.LockAsync(At("a"));
        var lockKey = Assert.Single(await Rig.LockKeysAsync(Store, At("a"))).Key;
        await using var watching = await WatchRootAsync();
        await Store.PutAsync(lockKey, "data");
        Assert.Contains(lockKey, await Store.KeysAsync(Root));
        Assert.Contains(lockKey, await Store.KeysAsync(Root, KeysOnly));
        await watching.UntilAsync(e => e.Key == lockKey && e.Type == KvEventType.Put);
        await Store.DeleteAsync(lockKey);
        await watching.UntilAsync(e => e.Key == lockKey && e.Type == KvEventType.Delete);
    }

    [Fact]
    public async Task Many_keys_named_like_those_of_a_lock_are_told_apart()
    {
        var named = Enumerable.Range(1, 100).Select(i => At($"many___lock/{i:x2}")).ToList();
        await using var held = await Store.LockAsync(Promises.KeysAsWritten ? At("many") : At("other"));
        await Store.PutAllAsync(named);
        Assert.Equal(named, await Store.KeysAsync(Root, KeysOnly));
        Assert.Equal(named, await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task At_an_older_revision_the_keys_of_its_locks_are_left_out()
    {
        Require(p => p.History);
        var held = await Store.LockAsync(At("b"));
        await Store.PutAllAsync(Named);
        var then = await Store.PutAsync(At("z"), "");
        await held.UnlockAsync();
        Assert.Equal(Named, await Store.KeysAsync(Root, KeysOnly with { Revision = then.Revision }));
        Assert.Equal(Named, await Store.KeysAsync(Root, new KvListOptions { Revision = then.Revision }));
    }
}
