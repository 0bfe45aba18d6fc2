namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Real directories: the known pitfalls of the API.</summary>
public sealed class DirectoryTests(OwnEtcdV2 etcd) : EtcdV2Tests(etcd)
{
    [Fact]
    public async Task A_value_put_on_a_directory_is_is_a_directory()
    {
        await Store.PutAllAsync(At("d/x"));
        foreach (var write in new Func<Task>[]
        {
            async () => await Store.PutAsync(At("d"), "v"),
            async () => await Store.AtomicPutAsync(At("d"), "v".Bytes(), 0),
            async () => await Store.AtomicPutAsync(At("d"), "v".Bytes(), 1),
            async () => await Store.AtomicDeleteAsync(At("d"), 1),
            async () => await Store.DeleteAsync(At("d")),
            async () => await Store.GetAsync(At("d")),
        })
        {
            var error = await Assert.ThrowsAsync<KvIsDirectoryException>(write);
            Assert.Equal(At("d"), error.Key);
            Assert.Contains(At("d"), error.Message, StringComparison.Ordinal);
        }

        Assert.True(await Store.ExistsAsync(At("d/x")));
    }

    [Fact]
    public async Task A_key_put_under_a_value_is_not_a_directory_and_the_value_is_named()
    {
        await Store.PutAllAsync(At("v"));
        foreach (var write in new Func<Task>[]
        {
            async () => await Store.PutAsync(At("v/x/y"), "1"),
            async () => await Store.AtomicPutAsync(At("v/x/y"), "1".Bytes(), 0),
            async () => await Store.PutAsync(At("v/x"), default, Directory()),
            async () => await Store.LockAsync(At("v/x")),
        })
        {
            Assert.Equal(At("v"), (await Assert.ThrowsAsync<KvNotDirectoryException>(write)).Key);
        }

        Assert.Equal("/" + At("v"), (await Assert.ThrowsAsync<KvNotDirectoryException>(async () => await Store.PutAsync("/" + At("v/x"), "1"))).Key);
        Assert.Null(await Store.TryGetAsync(At("v/x")));
        Assert.False(await Store.TryDeleteAsync(At("v/x")));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.ListAllAsync(At("v/x")));
    }

    [Fact]
    public async Task An_empty_directory_is_shown_as_an_entry()
    {
        await Store.PutAsync(At("show/empty"), default, Directory());
        await Store.PutAsync(At("show/deep/empty"), default, Directory());
        await Store.PutAllAsync(At("show/a"), At("show/_hidden/x"));
        var directories = ListedDirectories.Of(Store);
        Assert.Equal(
            [(At("show/a"), false), (At("show/deep"), true), (At("show/empty"), true)],
            (await directories.EntriesAsync(At("show"))).ConvertAll(e => (e.Path, e.IsDirectory)));
        Assert.Equal(
            [(At("show/a"), false), (At("show/deep"), true), (At("show/deep/empty"), true), (At("show/empty"), true)],
            (await directories.EntriesAsync(At("show"), new KvEntryOptions { Depth = 1 })).ConvertAll(e => (e.Path, e.IsDirectory)));
        Assert.True(await directories.TryGetEntryAsync(At("show/empty")) is { IsDirectory: true, Pair: null });
        Assert.Contains(Root, (await directories.EntriesAsync(KvRange.All)).ConvertAll(e => e.Path));
    }

    [Fact]
    public async Task A_directory_can_be_made_and_holds_nothing()
    {
        var made = await Store.PutAsync(At("d"), default, Directory());
        Assert.True(made.Revision > 0);
        Assert.Empty(await Store.KeysAsync(At("d")));
        Assert.False(await Store.ExistsAsync(At("d")));

        // A listing contains leaves, not directories as empty values.
        await Store.PutAllAsync(At("a"), At("e/f/g"));
        Assert.Equal([At("a"), At("e/f/g")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Making_a_directory_that_is_there_changes_nothing_in_it()
    {
        await Store.PutAllAsync(At("d/x"));
        await Store.PutAsync(At("d"), default, Directory());
        Assert.Equal([At("d/x")], await Store.KeysAsync(At("d")));
        var result = await Store.TryAtomicPutAsync(At("d"), default, 0, Directory());
        Assert.Equal(KvWriteOutcome.KeyExists, result.Outcome);
        Assert.True((await Store.TryAtomicPutAsync(At("e"), default, 0, Directory())).Written);
    }

    [Fact]
    public async Task A_directory_made_where_a_value_is_is_not_a_directory_and_the_value_stays()
    {
        await Store.PutAsync(At("v"), "kept");
        Assert.Equal(At("v"), (await Assert.ThrowsAsync<KvNotDirectoryException>(async () => await Store.PutAsync(At("v"), default, Directory()))).Key);
        Assert.Equal("kept", (await Store.GetAsync(At("v"))).Value);
    }

    [Fact]
    public async Task A_directory_is_made_only_where_nothing_is_and_is_not_kept_alive()
    {
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.TryAtomicPutAsync(At("d"), default, 5, Directory()));
        await Assert.ThrowsAsync<KvNotSupportedException>(async () =>
            await Store.PutAsync(At("d"), default, new KvPutOptions { Directory = true, KeepAlive = true, Ttl = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public async Task A_directory_whose_time_is_over_goes_with_its_keys()
    {
        Assert.SkipWhen(await IsUnableToChangeDirectoriesAsync(), "etcd 3.5 refuses every change of a directory that exists, that of its time to live too.");
        await using var watching = await WatchRootAsync(new KvWatchOptions { PreviousValue = true });
        await Store.PutAsync(At("d"), default, Directory());
        await Store.PutAsync(At("d/b"), "2");
        await Store.PutAsync(At("d/a"), "1");
        await Store.PutAsync(At("d"), default, Directory(TimeSpan.FromSeconds(1)));
        var events = await watching.NextAsync(4);
        Assert.Equal([At("d/b"), At("d/a"), At("d/a"), At("d/b")], events.Select(e => e.Key));
        Assert.Equal([(KvEventType.Delete, "1"), (KvEventType.Delete, "2")], events.Skip(2).Select(e => (e.Type, e.PreviousValue!)));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.ListAllAsync(At("d")));
    }

    [Fact]
    public async Task A_directory_made_with_a_time_to_live_goes_when_that_is_over()
    {
        await Store.PutAsync(At("d"), default, Directory(TimeSpan.FromSeconds(1)));
        await Patience.UntilAsync(async () => !await IsThereAsync("d"), "the end of the directory");
    }

    [Fact]
    public async Task Where_a_directory_cannot_be_changed_that_is_not_supported_and_it_stays_as_it_is()
    {
        Assert.SkipUnless(await IsUnableToChangeDirectoriesAsync(), "Only etcd 3.5 refuses to change a directory that exists.");
        await Store.PutAllAsync(At("d/x"));
        var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.PutAsync(At("d"), default, Directory(TimeSpan.FromSeconds(1))));
        Assert.Equal(At("d"), refused.Key);
        Assert.Contains(At("d"), refused.Message, StringComparison.Ordinal);
        Assert.Equal([At("d/x")], await Store.KeysAsync(At("d")));
    }

    [Fact]
    public async Task Removing_an_empty_directory_counts_as_one()
    {
        await Store.PutAsync(At("d/e"), default, Directory());
        Assert.Equal(1, await Store.DeleteTreeAsync(At("d")));
        Assert.Equal(0, await Store.TryDeleteTreeAsync(At("d")));
    }

    [Fact]
    public async Task Everything_is_removed_entry_by_entry()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { EnableV2 = true });
        await using var store = KvStore.Open(EtcdV2Rig.AddressOf(etcd));
        await store.PutAllAsync("a", "d/b", "d/c/x", "e f/g?");
        await store.PutAsync("empty", default, Directory());
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.TryDeleteTreeAsync(KvRange.Prefix("/")));
        Assert.Equal(4, await store.DeleteTreeAsync(KvRange.All));
        Assert.Empty(await store.KeysAsync(KvRange.All));
        Assert.Equal(0, await store.TryDeleteTreeAsync(KvRange.All));
    }

    [Fact]
    public async Task Keys_of_nested_directories_come_in_the_order_of_their_bytes()
    {
        string[] names = ["a/b/c", "a/b-c", "a/b.d/x", "a/b/", "a-b", "a", "a.b/c", "ab", "a/c", "a!/x"];
        string[] keys = [.. names.Where(n => !n.EndsWith('/') && n != "a").Select(At)];
        await Store.PutAllAsync(keys);
        Assert.Equal(keys.Order(StringComparer.Ordinal), await Store.KeysAsync(Root));
        Assert.Equal(keys.Order(StringComparer.Ordinal).Take(3), await Store.KeysAsync(Root, new KvListOptions { Limit = 3 }));
    }

    [Fact]
    public async Task Directories_may_nest_deeply()
    {
        var deep = At(string.Join('/', Enumerable.Repeat("d", 500)));
        await Store.PutAsync(deep, "v");
        Assert.Equal(deep, Assert.Single(await Store.KeysAsync(Root)));
        Assert.Equal(1, await Store.DeleteTreeAsync(Root));
    }

    private async Task<bool> IsUnableToChangeDirectoriesAsync() => (await Store.PingAsync()).Version.StartsWith("3.5.", StringComparison.Ordinal);

    private async Task<bool> IsThereAsync(string directory)
    {
        try
        {
            await Store.ListAllAsync(At(directory));
            return true;
        }
        catch (KvKeyNotFoundException)
        {
            return false;
        }
    }
}
