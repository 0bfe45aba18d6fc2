using System.Text;

namespace Valkeyrie.Tests.Conformance;

/// <summary>The keys of a listing, and their order.</summary>
public abstract partial class ListConformance(IStoreRig rig) : StoreConformance(rig)
{
    [Fact]
    public async Task A_directory_lists_all_keys_below_it()
    {
        await Store.PutAsync(At("app/a"), "1");
        await Store.PutAsync(At("app/b/c"), "2");
        var pairs = await Store.ListAllAsync(At("app"));
        Assert.Equal([(At("app/a"), "1"), (At("app/b/c"), "2")], pairs.Select(p => (p.Key, p.Value)));
        Assert.All(pairs, p => Assert.True(p.Revision > 0));
    }

    [Fact]
    public async Task A_sibling_that_merely_shares_the_prefix_is_not_listed()
    {
        await Store.PutAllAsync(At("app/a"), At("application/x"), At("app-1"), At("app0"), At("ap/p"));
        Assert.Equal([At("app/a")], await Store.KeysAsync(At("app")));
        Assert.Equal(1, await Store.CountAsync(At("app")));
    }

    [Fact]
    public async Task The_key_of_the_directorys_own_name_is_not_listed()
    {
        Require(p => p.KeysAsWritten);
        await Store.PutAllAsync(At("app"), At("app/a"));
        Assert.Equal([At("app/a")], await Store.KeysAsync(At("app")));
    }

    [Fact]
    public async Task One_slash_at_the_end_of_a_directory_does_not_count()
    {
        await Store.PutAllAsync(At("app/a"));
        Assert.Equal([At("app/a")], await Store.KeysAsync(At("app/")));
    }

    [Fact]
    public async Task A_leaf_lists_nothing()
    {
        await Store.PutAllAsync(At("leaf"), At("leaf2/x"));
        Assert.Empty(await Store.KeysAsync(At("leaf")));
        Assert.Equal(0, await Store.CountAsync(At("leaf")));
    }

    [Fact]
    public async Task A_missing_directory_is_key_not_found()
    {
        await Store.PutAllAsync(At("missing2/x"));
        var missing = await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.ListAllAsync(At("missing")));
        Assert.Equal(At("missing"), missing.Key);
        await Assert.ThrowsAsync<KvKeyNotFoundException>(async () => await Store.CountAsync(At("missing")));
    }

    [Fact]
    public async Task A_raw_prefix_lists_every_key_that_starts_so()
    {
        await Store.PutAllAsync(At("app/a"), At("application/x"), At("ap/p"));
        Assert.Equal([At("app/a"), At("application/x")], await Store.KeysAsync(KvRange.Prefix(At("app"))));
        Assert.Equal(2, await Store.CountAsync(KvRange.Prefix(At("app"))));
    }

    [Fact]
    public async Task A_raw_prefix_without_keys_lists_nothing()
    {
        Assert.Empty(await Store.KeysAsync(KvRange.Prefix(At("none"))));
        Assert.Equal(0, await Store.CountAsync(KvRange.Prefix(At("none"))));
    }

    [Fact]
    public async Task A_single_key_can_be_listed()
    {
        await Store.PutAllAsync(At("a"), Near("a"), At("ab"));
        Assert.Equal([At("a")], await Store.KeysAsync(KvRange.Key(At("a"))));
        Assert.Equal(1, await Store.CountAsync(KvRange.Key(At("a"))));
        Assert.Equal(0, await Store.CountAsync(KvRange.Key(At("b"))));
    }

    [Fact]
    public async Task Everything_lists_everything()
    {
        var own = Open(new KvStoreOptions { Namespace = At("all/") });
        await own.PutAllAsync("b", "a/x", "~");
        Assert.Equal(["a/x", "b", "~"], await own.KeysAsync(KvRange.All));
        Assert.Equal(3, await own.CountAsync(KvRange.All));
    }

    [Fact]
    public async Task Keys_come_in_the_order_of_their_bytes()
    {
        // In the order of UTF-16 code units, the key beyond the basic plane would precede U+FF5E.
        string[] names = [.. Storable(["\U0001F511", "\uFF5E", "z", "Z", "a", "é", "0", "b/b", "b-b", "鍵", "~"])];
        await Store.PutAllAsync(names.Select(At));
        var expected = names.Select(At).OrderBy(k => Encoding.UTF8.GetBytes(k), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        Assert.Equal(expected, await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task Keys_only_leaves_the_values_out()
    {
        var written = await Store.PutAsync(At("a"), "value");
        var pair = Assert.Single(await Store.ListAllAsync(Root, new KvListOptions { KeysOnly = true }));
        Assert.Equal(At("a"), pair.Key);
        Assert.Equal(written.Revision, pair.Revision);
        Assert.True(pair.KeyOnly);
        Assert.Empty(pair.GetBytes());
        Assert.False(Assert.Single(await Store.ListAllAsync(Root)).KeyOnly);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_limit_gives_the_first_keys(int limit)
    {
        await Store.PutAllAsync(Enumerable.Range(0, 5).Select(i => At($"{i}")));
        var expected = Enumerable.Range(0, Math.Min(limit, 5)).Select(i => At($"{i}"));
        Assert.Equal(expected, await Store.KeysAsync(Root, new KvListOptions { Limit = limit }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_limit_that_leaves_nothing_is_refused(long limit) => Assert.Equal(
        nameof(KvListOptions.Limit),
        (await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await Store.ListAllAsync(Root, new KvListOptions { Limit = limit }))).ParamName);

    [Fact]
    public async Task The_side_keys_of_locks_are_not_listed_or_counted()
    {
        await Store.PutAllAsync(At("a"), At("z"));
        await using var held = await Store.LockAsync(At("m"), new KvLockOptions { Value = "v".Bytes() });
        Assert.Equal([At("a"), At("m"), At("z")], await Store.KeysAsync(Root));
        Assert.Equal(3, await Store.CountAsync(Root));
        Assert.Equal([At("a"), At("m")], await Store.KeysAsync(Root, new KvListOptions { Limit = 2 }));
    }

    [Fact]
    public async Task A_limit_does_not_count_the_side_keys_of_locks()
    {
        // The lock key is between the two.
        await Store.PutAllAsync(At("a"), At("z"));
        await using var held = await Store.LockAsync(At("m"));
        Assert.Equal([At("a"), At("z")], await Store.KeysAsync(Root, new KvListOptions { Limit = 2 }));
    }

    [Fact]
    public async Task Invalid_UTF_8_keys_of_others_are_listed_read_and_removed()
    {
        Require(p => p.KeysOfAnyBytes);
        byte[] key = [.. Encoding.UTF8.GetBytes(At("bad-")), 0xFF, 0xC3, (byte)'x', 0x80];
        await Rig.PutRawAsync(key, [1, 2]);
        await Store.PutAllAsync(At("good"));

        var listed = await Store.ListAllAsync(Root);
        Assert.Equal(2, listed.Count);
        Assert.Equal(key, listed[0].GetKeyBytes());
        Assert.Equal([1, 2], (await Store.GetAsync(listed[0].Key)).GetBytes());
        await Store.DeleteAsync(listed[0].Key);
        Assert.Equal([At("good")], await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task A_listing_ends_early_when_its_token_is_cancelled()
    {
        await Store.PutAllAsync(At("a"), At("b"));
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await cancelled.CancelAsync();
            await foreach (var _ in Store.ListAsync(Root, null, cancelled.Token))
            {
            }
        });
    }
}
