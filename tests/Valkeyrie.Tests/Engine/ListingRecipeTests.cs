namespace Valkeyrie.Tests.Engine;

/// <summary>Long listings from a server that answers several requests at a time: divided at guessed keys, and still complete.</summary>
public sealed class ListingRecipeTests
{
    private const int Keys = 12_000;

    // A page has 4 MiB, which is 1,024 of these pairs; a part aims at a quarter of it.
    private const int BytesEach = 4096;
    private const int AimedAt = 256;
    private const int AtOnce = 3;

    public static TheoryData<string, int> Sets => new(KeySets.All.Keys.SelectMany(name => Enumerable.Range(1, 3).Select(seed => (name, seed))));

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_listing_cut_at_guessed_keys_leaves_out_none_and_repeats_none(string name, int seed)
    {
        var (store, engine, keys) = await FilledAsync(name, seed);
        await using var _ = store;
        Assert.Equal(keys, await store.KeysAsync("d"));

        // Even if every guess is wrong, it needs only as many requests as pages one after another, and some that are empty.
        Assert.InRange(engine.Called("Range"), 1, (2 * Keys / AimedAt) + 40);
    }

    [Theory]
    [InlineData("counted")]
    [InlineData("with a name before the number")]
    [InlineData("drawn from 2^128")]
    public async Task Keys_named_evenly_are_cut_evenly(string name)
    {
        var (store, engine, _) = await FilledAsync(name, 1);
        await using var __ = store;
        await store.KeysAsync("d");
        Assert.InRange(engine.Called("Range"), 1, (Keys / AimedAt * 5 / 4) + 2);
    }

    [Fact]
    public async Task As_many_pages_are_asked_for_at_once_as_the_engine_likes()
    {
        var (store, engine, keys) = await FilledAsync("counted", 1);
        await using var _ = store;
        int open = 0, most = 0;
        engine.Before = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref open));
            await Task.Yield();
        };
        engine.After = (_, _) =>
        {
            Interlocked.Decrement(ref open);
            return Task.CompletedTask;
        };
        Assert.Equal(keys, await store.KeysAsync("d"));
        Assert.InRange(most, 1, AtOnce);
    }

    [Fact]
    public async Task A_slow_page_does_not_hold_up_those_behind_it()
    {
        var (store, engine, keys) = await FilledAsync("counted", 1);
        await using var _ = store;
        var others = new TaskCompletionSource();
        var asked = 0;
        engine.Before = async (_, token) =>
        {
            // The second request, the first of those in flight together, waits for the fourth.
            var turn = Interlocked.Increment(ref asked);
            if (turn == 2)
            {
                await others.Task.WaitAsync(Patience.Limit, token);
            }
            else if (turn == 4)
            {
                others.TrySetResult();
            }
        };
        Assert.Equal(keys, await store.KeysAsync("d"));
    }

    [Fact]
    public async Task A_consumer_that_stops_early_ends_all_pages_under_way()
    {
        var (store, engine, _) = await FilledAsync("counted", 1);
        await using var __ = store;
        var asked = 0;
        var ended = 0;
        engine.Before = async (_, token) =>
        {
            if (Interlocked.Increment(ref asked) > 1)
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    Interlocked.Increment(ref ended);
                }
            }
        };
        await foreach (var pair in store.ListAsync("d"))
        {
            break;
        }

        Assert.Equal(1 + AtOnce, asked);
        Assert.Equal(AtOnce, ended);
    }

    [Fact]
    public async Task A_listing_with_a_limit_asks_for_nothing_behind_it()
    {
        var (store, engine, keys) = await FilledAsync("counted", 1);
        await using var _ = store;
        Assert.Equal(keys.Take(1000), await store.KeysAsync("d", new KvListOptions { Limit = 1000 }));
        Assert.Equal(2, engine.Called("Range"));
    }

    [Fact]
    public async Task All_parts_show_the_revision_of_the_first_page()
    {
        var (store, engine, keys) = await FilledAsync("counted", 1);
        await using var _ = store;
        var asked = 0;
        engine.Before = async (call, token) =>
        {
            if (call == "Range")
            {
                // A key that sorts among the unread ones.
                await store.PutAsync($"d/{Keys / 2:D8}-{asked++}", default, null, token);
            }
        };
        Assert.Equal(keys, (await store.KeysAsync("d")).Where(k => k != $"d/{Keys / 2:D8}-0"));
    }

    [Theory]
    [InlineData("counted", 1.2)]
    [InlineData("with a name before the number", 1.2)]
    [InlineData("drawn from 2^128", 1.5)]
    public void A_guess_lies_near_the_key_that_is_so_many_keys_on(string name, double off)
    {
        var keys = Set(name, 1);
        var spread = KeyDistribution.Of("d/", [.. keys.Take(512).Select(k => new KvPair { Key = k })]);
        Assert.NotNull(spread);
        foreach (var wanted in (int[])[600, 2_000, 8_000])
        {
            var guess = spread.Behind(keys[511], wanted);
            Assert.NotNull(guess);
            Assert.InRange(keys.Skip(512).Count(k => KeyOrder.Compare(k, guess) <= 0), wanted / off, wanted * off);
        }
    }

    [Fact]
    public void No_guess_lies_behind_the_range()
    {
        var keys = Set("counted", 1);
        var spread = KeyDistribution.Of("d/", [.. keys.Take(512).Select(k => new KvPair { Key = k })]);
        Assert.Null(spread!.Behind(keys[511], 1e9));
        Assert.Null(spread.Behind(keys[511], 1e300));
    }

    [Fact]
    public void A_page_of_few_keys_tells_nothing() => Assert.Null(KeyDistribution.Of("d/", [new KvPair { Key = "d/a" }, new KvPair { Key = "d/b" }]));

    private static List<string> Set(string name, int seed) =>
        [.. KeySets.All[name](new Random(seed), Keys).Select(k => "d/" + k).Distinct().Order(StringComparer.Ordinal)];

    private static async Task<(RevisionedStore Store, ScriptedEngine Engine, List<string> Keys)> FilledAsync(string name, int seed)
    {
        var engine = new ScriptedEngine { PagesAtOnce = AtOnce, BytesEach = BytesEach };
        var store = new RevisionedStore(engine);
        var keys = Set(name, seed);
        await engine.CommitAsync(new KvTransaction
        {
            Then = [.. keys.Concat(["c/1", "e/1", "d", "d-", "d0"]).Select(k => new KvOperation.Put(k, default))],
        });
        return (store, engine, keys);
    }
}
