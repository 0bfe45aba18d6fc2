namespace Valkeyrie.Tests.Conformance;

/// <content>The filters of a listing, and its order.</content>
public abstract partial class ListConformance
{
    [Fact]
    public async Task A_depth_leaves_out_what_lies_deeper()
    {
        await Store.PutAllAsync(At("a"), At("b/c"), At("b/d/e"), At("b-1"), At("f"));
        Assert.Equal([At("a"), At("b-1"), At("f")], await Store.KeysAsync(Root, new KvListOptions { Depth = 0 }));
        Assert.Equal([At("a"), At("b-1"), At("b/c"), At("f")], await Store.KeysAsync(Root, new KvListOptions { Depth = 1 }));
        Assert.Equal(5, (await Store.KeysAsync(Root, new KvListOptions { Depth = 2 })).Count);
        Assert.Equal([At("b-1")], await Store.KeysAsync(KvRange.Prefix(At("b")), new KvListOptions { Depth = 0 }));
        Assert.Equal([At("a"), At("b-1")], await Store.KeysAsync(Root, new KvListOptions { Depth = 0, Limit = 2 }));
    }

    [Fact]
    public async Task A_directory_in_which_all_lies_deeper_lists_nothing()
    {
        await Store.PutAllAsync(At("b/c/d"));
        Assert.Empty(await Store.KeysAsync(At("b"), new KvListOptions { Depth = 0 }));
    }

    [Fact]
    public async Task Only_what_was_written_since_a_revision_is_listed()
    {
        await Store.PutAllAsync(At("a"), At("b"), At("c"));
        var then = (await Store.PutAsync(At("then"), "")).Revision;
        var changed = await Store.PutAsync(At("b"), "changed");
        await Store.PutAllAsync(At("d"));
        var pairs = await Store.ListAllAsync(Root, new KvListOptions { ChangedSince = then });
        Assert.Equal([(At("b"), "changed"), (At("d"), "")], pairs.Select(p => (p.Key, p.Value)));
        Assert.Equal([At("d")], await Store.KeysAsync(Root, new KvListOptions { ChangedSince = changed.Revision }));
        Assert.Equal([At("b")], await Store.KeysAsync(Root, new KvListOptions { ChangedSince = then, Limit = 1 }));
        Assert.Equal(5, (await Store.KeysAsync(Root, new KvListOptions { ChangedSince = 0 })).Count);
    }

    [Fact]
    public async Task A_directory_that_has_not_changed_since_lists_nothing_and_a_missing_one_is_key_not_found()
    {
        await Store.PutAllAsync(At("b/c"));
        Assert.Empty(await Store.KeysAsync(At("b"), new KvListOptions { ChangedSince = long.MaxValue }));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.ListAllAsync(At("missing"), new KvListOptions { ChangedSince = 1 }));
    }

    [Fact]
    public async Task A_filter_of_keys_chooses_before_the_limit_counts()
    {
        await Store.PutAllAsync(Enumerable.Range(0, 20).Select(i => At($"{i:00}")));
        var odd = new KvListOptions { KeyFilter = key => (key[^1] - '0') % 2 == 1 };
        Assert.Equal(Enumerable.Range(0, 10).Select(i => At($"{(2 * i) + 1:00}")), await Store.KeysAsync(Root, odd));
        Assert.Equal([At("01"), At("03"), At("05")], await Store.KeysAsync(Root, odd with { Limit = 3 }));
    }

    [Fact]
    public async Task The_last_keys_are_listed_first_in_descending_order()
    {
        await Store.PutAllAsync(At("a"), At("a-b"), At("a.b"), At("c/d"), At("z"));
        var last = new KvListOptions { Descending = true, Limit = 3 };
        Assert.Equal([At("z"), At("c/d"), At("a.b")], await Store.KeysAsync(Root, last));
        Assert.Equal([At("a.b"), At("a-b"), At("a")], await Store.KeysAsync(Root, last with { After = At("b") }));
        Assert.Equal([At("c/d"), At("a.b"), At("a-b")], await Store.KeysAsync(Root, last with { After = At("z") }));
        Assert.Equal([At("z")], await Store.KeysAsync(Root, last with { After = At("~"), Limit = 1 }));
        Assert.Empty(await Store.KeysAsync(Root, last with { After = At("") }));
        Assert.Equal([At("a")], await Store.KeysAsync(KvRange.Key(At("a")), last));
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.ListAllAsync(At("missing"), last));
    }

    [Fact]
    public async Task A_descending_listing_without_a_limit_is_whole_or_not_supported()
    {
        // More than a page, and a lock among them.
        var names = Enumerable.Range(0, 1_500).Select(i => At($"{i:0000}")).ToList();
        await Parallel.ForEachAsync(names, async (key, token) => await Store.PutAsync(key, default, null, token));
        await using var held = await Store.LockAsync(At("0700"));
        var all = new KvListOptions { Descending = true };
        if (!Promises.DescendingListings)
        {
            var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await Store.ListAllAsync(Root, all));
            Assert.Contains(Store.Info.Address, refused.Message, StringComparison.Ordinal);
            return;
        }

        names.Reverse();
        Assert.Equal(names, await Store.KeysAsync(Root, all));
        Assert.Equal(names.Take(1_000), await Store.KeysAsync(Root, all with { Limit = 1_000 }));
    }

    [Fact]
    public async Task A_descending_listing_shows_an_older_revision_too()
    {
        Require(p => p.History);
        await Store.PutAllAsync(At("a"), At("b"), At("c"));
        var then = (await Store.PutAsync(At("b"), "then")).Revision;
        await Store.PutAsync(At("d"), "");
        await Store.PutAsync(At("b"), "now");
        await Store.DeleteAsync(At("c"));
        var pairs = await Store.ListAllAsync(Root, new KvListOptions { Descending = true, Revision = then });
        Assert.Equal([(At("c"), ""), (At("b"), "then"), (At("a"), "")], pairs.Select(p => (p.Key, p.Value)));
        var changed = new KvListOptions { Revision = then, ChangedSince = then - 1 };
        Assert.Equal([At("b")], await Store.KeysAsync(Root, changed));
    }

    [Fact]
    public async Task Options_together_give_what_each_of_them_leaves()
    {
        string[] names = ["a", "a/b", "a/b/c", "a-1", "b/x", "b/y/z", "c", "d/e/f", "d/g", "~"];
        await Store.PutAllAsync(names.Where(n => Promises.ValuesOnDirectories || n is not ("a" or "a/b")).Select(At));
        var then = (await Store.PutAsync(At("c"), "again")).Revision;
        await Store.PutAllAsync(At("b/x"), At("d/e/f"), At("~"));
        var all = await Store.ListAllAsync(Root);
        foreach (var depth in new int?[] { null, 0, 1 })
        {
            foreach (var since in new long?[] { null, then - 1, then })
            {
                foreach (var after in new[] { null, At("a/b"), At("c") })
                {
                    foreach (var filter in new Func<string, bool>?[] { null, key => !key.Contains('x', StringComparison.Ordinal) })
                    {
                        foreach (var limit in new long?[] { 1, 3, 100 })
                        {
                            foreach (var descending in new[] { false, true })
                            {
                                var options = new KvListOptions { Depth = depth, ChangedSince = since, After = after, KeyFilter = filter, Limit = limit, Descending = descending };
                                Assert.Equal(Chosen(all, options), await Store.KeysAsync(Root, options));
                            }
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public async Task A_depth_and_a_revision_below_zero_are_refused()
    {
        await AssertRefusedAsync(nameof(KvListOptions.Depth), new KvListOptions { Depth = -1 });
        await AssertRefusedAsync(nameof(KvListOptions.ChangedSince), new KvListOptions { ChangedSince = -1 });
    }

    private async Task AssertRefusedAsync(string name, KvListOptions options) =>
        Assert.Equal(name, (await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ListAllAsync(Root, options))).ParamName);

    private List<string> Chosen(IEnumerable<KvPair> pairs, KvListOptions options)
    {
        var keys = pairs.Where(p => p.Revision > (options.ChangedSince ?? -1)
                && p.Key[(Root.Length + 1)..].Count(c => c == '/') <= (options.Depth ?? int.MaxValue)
                && (options.KeyFilter?.Invoke(p.Key) ?? true))
            .Select(p => p.Key);
        keys = options.Descending ? keys.Reverse() : keys;
        return [.. keys.Where(k => options.After is null || (KeyOrder.Compare(k, options.After) > 0 != options.Descending && k != options.After)).Take((int)options.Limit!.Value)];
    }
}
