using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The store next to a model of plain dictionaries: every revision reads as written, and every change is replayed as made.</summary>
public sealed class ModelTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 12).Select(i => $"k/{i:D2}"), "k", "k0"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_sequence_of_writes_reads_as_a_model_says_at_every_revision(int seed)
    {
        var random = new Random(seed);
        await using var store = EmbeddedStore.OpenInMemory();
        var states = new SortedDictionary<long, Dictionary<string, KvPair>> { [1] = [] };
        for (var step = 0; step < 400; step++)
        {
            var state = new Dictionary<string, KvPair>(states[states.Keys.Last()]);
            if (await WriteAsync(store, random, state, states.Keys.Last() + 1) is { } revision)
            {
                states.Add(revision, state);
            }
        }

        foreach (var (revision, state) in states)
        {
            await SameAsync(store, state, revision);
        }

        await SameAsync(store, states[states.Keys.Last()], null);
        await ReplayAsync(store, states);
    }

    // Many new keys in one transaction are written in another way than others. Keys are removed only in the second half, because that way ends with the first removed key.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_sequence_of_batches_reads_as_a_model_says_at_every_revision(int seed)
    {
        const int Batches = 90;
        var random = new Random(seed);
        await using var store = EmbeddedStore.OpenInMemory();
        var states = new SortedDictionary<long, Dictionary<string, KvPair>> { [1] = [] };
        for (var step = 0; step < Batches; step++)
        {
            var state = new Dictionary<string, KvPair>(states[states.Keys.Last()]);
            var next = states.Keys.Last() + 1;
            if (step < Batches / 2 || random.Next(4) > 0)
            {
                await PutBatchAsync(store, random, state, next, step);
                states.Add(next, state);
            }
            else if (await store.TryDeleteTreeAsync("new") > 0)
            {
                state.Keys.Where(k => k.StartsWith("new/", StringComparison.Ordinal)).ToList().ForEach(k => state.Remove(k));
                states.Add(next, state);
            }
        }

        foreach (var (revision, state) in states)
        {
            await SameAsync(store, state, revision);
        }

        await ReplayAsync(store, states);
        foreach (var key in states.Values.SelectMany(s => s.Keys).Distinct())
        {
            var versions = states.Values.Where(s => s.ContainsKey(key)).Select(s => Shape(s[key])).Distinct().Reverse();
            var history = await store.GetCapability<IKvHistory>().HistoryAsync(key).Where(e => e.Type == KvEventType.Put).Select(e => Shape(e.Pair)).ToListAsync();
            Assert.Equal(versions, history);
        }
    }

    // New neighbors, or a mixture of new, existing and removed keys, in any order; sometimes with a large value.
    private static async Task PutBatchAsync(IKvStore store, Random random, Dictionary<string, KvPair> state, long next, int step)
    {
        string[] keys = random.Next(3) switch
        {
            0 => [.. Enumerable.Range(0, random.Next(1, 60)).Select(i => $"new/{step % 8}/{i:D2}")],
            1 => [.. Enumerable.Range(0, 20).Select(i => $"new/{random.Next(8)}/{i:D2}"), .. Keys],
            _ => [.. Keys, .. Enumerable.Range(0, 20).Select(i => $"k/{step:D3}/{i:D2}")],
        };
        random.Shuffle(keys);
        var isSmall = random.Next(3) > 0;
        var puts = keys.Select(k => new KvOperation.Put(k, isSmall ? [(byte)random.Next(256)] : Value(random))).ToList();
        var result = await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction { Then = [.. puts] });
        Assert.Equal(next, result.Revision);
        foreach (var (put, one) in puts.Zip(result.Results))
        {
            var old = state.GetValueOrDefault(put.Key);
            state[put.Key] = new KvPair(put.Value.ToArray()) { Key = put.Key, Revision = next, CreateRevision = old?.CreateRevision ?? next, Version = (old?.Version ?? 0) + 1 };
            Assert.Equal(Shape(state[put.Key]), Shape(Assert.Single(one.Pairs)));
        }
    }

    private static async Task<long?> WriteAsync(IKvStore store, Random random, Dictionary<string, KvPair> state, long next)
    {
        var key = Keys[random.Next(Keys.Length)];
        switch (random.Next(8))
        {
            case 0:
                return await store.TryDeleteAsync(key) | state.Remove(key) ? next : null;
            case 1 when random.Next(5) == 0:
                var gone = state.Keys.Where(k => k == "k" || k.StartsWith("k/", StringComparison.Ordinal)).ToList();
                Assert.Equal(gone.Count, await store.TryDeleteTreeAsync("k"));
                gone.ForEach(k => state.Remove(k));
                return gone.Count > 0 ? next : null;
            case 2:
                var other = Keys[(Array.IndexOf(Keys, key) + 1) % Keys.Length];
                var result = await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction
                {
                    If = [KvCondition.Exists(key)],
                    Then = [new KvOperation.Put(other, Value(random)), new KvOperation.Delete(KvRange.Key(key))],
                });
                Assert.Equal(state.ContainsKey(key), result.Succeeded);
                if (result.Succeeded)
                {
                    state[other] = result.Results[0].Pairs[0];
                    state.Remove(key);
                }

                return result.Succeeded ? next : null;
            default:
                state[key] = await store.PutAsync(key, Value(random));
                return next;
        }
    }

    private static byte[] Value(Random random)
    {
        var value = new byte[random.Next(4) == 0 ? random.Next(2_000) : random.Next(20)];
        random.NextBytes(value);
        return value;
    }

    private static async Task SameAsync(IKvStore store, Dictionary<string, KvPair> state, long? revision)
    {
        var listed = await store.ListAllAsync(KvRange.All, new KvListOptions { Revision = revision });
        Assert.Equal(state.Values.OrderBy(p => p.Key, StringComparer.Ordinal).Select(Shape), listed.Select(Shape));
        Assert.Equal(state.Count, await store.CountAsync(KvRange.All, new KvReadOptions { Revision = revision }));
        foreach (var key in Keys)
        {
            var pair = await store.TryGetAsync(key, new KvReadOptions { Revision = revision });
            Assert.Equal(state.TryGetValue(key, out var expected) ? Shape(expected) : null, pair is null ? null : Shape(pair));
        }
    }

    private static async Task ReplayAsync(IKvStore store, SortedDictionary<long, Dictionary<string, KvPair>> states)
    {
        var replayed = new Dictionary<string, KvPair>();
        var end = states.Keys.Last();
        await using var watching = RunningWatch.Tree(store, KvRange.All, new KvWatchOptions { FromRevision = 1, PreviousValue = true });
        await store.PutAsync("end", "");
        foreach (var change in (await watching.UntilAsync(e => e.Key == "end")).SkipLast(1).GroupBy(e => e.Revision))
        {
            foreach (var one in change)
            {
                Assert.Equal(replayed.TryGetValue(one.Key, out var before) ? Shape(before) : null, one.Previous is null ? null : Shape(one.Previous));
                _ = one.Type == KvEventType.Put ? (replayed[one.Key] = one.Pair) is not null : replayed.Remove(one.Key);
            }

            Assert.Equal(states[change.Key].Values.Select(Shape).Order(), replayed.Values.Select(Shape).Order());
        }

        Assert.Equal(states[end].Count, replayed.Count);
    }

    private static string Shape(KvPair pair) => $"{pair.Key} {pair.Revision} {pair.CreateRevision} {pair.Version} {Convert.ToHexString(pair.GetBytes())}";
}
