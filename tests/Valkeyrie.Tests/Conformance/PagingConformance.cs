using System.Text;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Listings of more keys than fit into a page.</summary>
public abstract class PagingConformance(IStoreRig rig) : StoreConformance(rig)
{
    private const int Many = 5_000;
    private const int InFlight = 64;

    [Fact]
    public async Task All_pages_are_at_one_revision_while_writers_write()
    {
        Require(p => p.ListingAtOneRevision);
        await FillAsync(Many);
        using var stop = new CancellationTokenSource();

        // Each step writes the same number to the first and the last key, first to last.
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await Store.PutAsync(At("k00000"), $"{i}");
                await Store.PutAsync(At($"k{Many - 1:00000}"), $"{i}");
                await Store.PutAsync(At($"new-{i}"), "");
                await Store.DeleteAsync(At($"new-{i}"));
            }
        });
        for (var round = 0; round < 10; round++)
        {
            var pairs = await Store.ListAllAsync(Root);
            var first = long.Parse("0" + pairs[0].Value);
            var last = long.Parse("0" + pairs.Last(p => p.Key.StartsWith(At("k"), StringComparison.Ordinal)).Value);
            Assert.InRange(first - last, 0, 1);
            Assert.InRange(pairs.Count, Many, Many + 1);
            Assert.Equal(pairs.Count, pairs.DistinctBy(p => p.Key).Count());
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Pages_leave_out_no_key_and_repeat_none()
    {
        await FillAsync(Many);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => At($"k{i:00000}")), await Store.KeysAsync(Root));
        Assert.Equal(Many, await Store.CountAsync(Root));
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(4_000)]
    public async Task A_limit_across_pages_is_kept(int limit)
    {
        await FillAsync(Many);
        Assert.Equal(Enumerable.Range(0, limit).Select(i => At($"k{i:00000}")), await Store.KeysAsync(Root, new KvListOptions { Limit = limit }));
    }

    [Theory]
    [InlineData("k00000")]
    [InlineData("k00511")]
    [InlineData("k02000x")]
    [InlineData("k04999")]
    [InlineData("zzz")]
    [InlineData("")]
    public async Task A_listing_begins_after_a_key(string name)
    {
        await FillAsync(Many);
        var expected = Enumerable.Range(0, Many).Select(i => At($"k{i:00000}")).Where(key => string.CompareOrdinal(key, At(name)) > 0).ToList();
        Assert.Equal(expected, await Store.KeysAsync(Root, new KvListOptions { After = At(name) }));
        Assert.Equal(expected.Take(3), await Store.KeysAsync(Root, new KvListOptions { After = At(name), Limit = 3 }));
    }

    [Fact]
    public async Task A_listing_never_leaves_its_range_whatever_key_it_is_to_begin_after()
    {
        await Store.PutAllAsync(At("a/1"), At("b/1"), At("b/2"), At("c/1"));
        Assert.Equal([At("b/1"), At("b/2")], await Store.KeysAsync(At("b"), new KvListOptions { After = At("a/0") }));
        Assert.Equal([At("b/2")], await Store.KeysAsync(KvRange.Prefix(At("b")), new KvListOptions { After = At("b/1") }));
        Assert.Empty(await Store.KeysAsync(At("b"), new KvListOptions { After = At("c/0") }));
        Assert.Empty(await Store.KeysAsync(At("missing"), new KvListOptions { After = At("missing/a") }));
    }

    [Fact]
    public async Task Large_values_are_listed_too()
    {
        const int Count = 40;
        var value = Encoding.UTF8.GetBytes(new string('v', 400_000));
        for (var i = 0; i < Count; i++)
        {
            await Store.PutAsync(At($"{i:00}"), value.AsMemory(0, value.Length - i));
        }

        var pairs = await Store.ListAllAsync(Root);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => value.Length - i), pairs.Select(p => p.GetBytes().Length));
    }

    [Fact]
    public async Task Pages_leave_out_no_key_and_repeat_none_wherever_the_keys_lie()
    {
        // So large that a page holds about 256, and so are many pages; even names, uneven ones, and ones that no guess could foresee.
        var value = new byte[16 << 10].AsMemory();
        value.Span.Fill((byte)'v');
        string[] names =
        [
            .. Enumerable.Range(0, 500).Select(i => $"{i:0000}"),
            .. Enumerable.Range(0, 500).Select(i => $"deep/in one/directory/{i * i:X}"),
            .. Enumerable.Range(0, 300).Select(i => $"{(Promises.KeysOfAnyText ? "\U0001F511" : "é")}{(char)('鍵' + i)}"),
            .. Enumerable.Range(0, 200).Select(i => new string('z', 1 + i)),
        ];
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (name, token) =>
            await Store.PutAsync(At(name), value, null, token));
        Assert.Equal(names.Select(At).Order(Comparer<string>.Create(KeyOrder.Compare)), await Store.KeysAsync(Root));
    }

    [Fact]
    public async Task A_consumer_may_stop_in_the_middle()
    {
        await FillAsync(Many);
        await foreach (var pair in Store.ListAsync(Root))
        {
            if (pair.Key.EndsWith("01000", StringComparison.Ordinal))
            {
                break;
            }
        }

        Assert.Equal(Many, await Store.CountAsync(Root));
    }

    [Fact]
    public async Task A_listing_at_an_older_revision_shows_what_was()
    {
        Require(p => p.History);
        await FillAsync(Many);
        var then = await Store.PutAsync(At("then"), "");
        await Store.DeleteTreeAsync(Root);
        Assert.Equal(Many + 1, (await Store.KeysAsync(Root, new KvListOptions { Revision = then.Revision })).Count);
        Assert.Equal(Many + 1, await Store.CountAsync(Root, new KvReadOptions { Revision = then.Revision }));
    }

    private async Task FillAsync(int count) =>
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, token) =>
            await Store.PutAsync(At($"k{i:00000}"), default, null, token));
}
