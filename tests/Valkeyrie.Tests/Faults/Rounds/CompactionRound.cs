using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>A writer writes, the connections of two watches break, and the missed changes may be compacted before they return. Afterwards the watch with
/// -Resynchronize has resynchronized, the other one has ended with an error, and outside such gaps, each of which a compaction caused, neither missed, repeated
/// or reordered a change.</summary>
internal static class CompactionRound
{
    private const string Root = "compacted";
    private const string EndKey = Root + "/end";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private enum CompactionOf
    {
        Nothing,
        Anything,
        Missed,
    }

    /// <summary>Runs a round.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, int breaks)
    {
        EtcdStore.Register();
        await using var cluster = await FaultyCluster.StartAsync();
        var options = new KvStoreOptions { Timeout = Timeout, KeepAlive = FaultyCluster.KeepAlive };
        await using var near = KvStore.Open(cluster.Etcd.Address, options);
        await using var far = KvStore.Open(cluster.AddressFrom(0), options);
        var written = new SortedDictionary<long, KvPair>();
        await WriteAsync(near, written, 3);
        var from = written.Keys.First();
        var resynchronising = new RecordedWatch(far, Root, new KvWatchOptions { FromRevision = from, Resynchronize = true }, IsLast);
        List<(RecordedWatch Watch, long From)> plain = [(new(far, Root, new KvWatchOptions { FromRevision = from }, IsLast), from)];
        await Task.WhenAll(resynchronising.ReachesAsync(from), plain[0].Watch.ReachesAsync(from));
        var compactions = new List<long>();
        var random = new Random(run.Seed);
        for (var turn = 0; turn < breaks; turn++)
        {
            await BreakAsync(run, cluster, near, random, written, compactions, turn == 0 ? CompactionOf.Missed : random.GetItems(Enum.GetValues<CompactionOf>(), 1)[0]);
            if (random.Next(2) == 0)
            {
                // Otherwise a watch that returns slowly sees several compactions as one.
                await resynchronising.ReachesAsync(written.Keys.Last());
            }

            // After a watch that ended, another one begins at the oldest revision; to begin, it must reach its store.
            if (plain[^1].Watch.Error is not null)
            {
                var oldest = Math.Max(from, compactions.LastOrDefault());
                await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await far.PingAsync()) is null, "a way to the store");
                plain.Add((new RecordedWatch(far, Root, new KvWatchOptions { FromRevision = oldest }, IsLast), oldest));
                await plain[^1].Watch.ReachesAsync(oldest);
            }
        }

        // A write that is retried until it is acknowledged.
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await near.PutAsync(EndKey, "")) is null, "a last write");
        var wrong = new List<string>();
        if (!await resynchronising.CompletesAsync())
        {
            wrong.Add($"The watch that resynchronises ended, or stopped: {resynchronising.Error}");
        }

        if (!await plain[^1].Watch.CompletesAsync() && plain[^1].Watch.Error is not KvCompactedException)
        {
            wrong.Add($"A watch stopped without the word that its changes are compacted: {plain[^1].Watch.Error}");
        }

        var checker = new GapChecker(written, compactions);
        wrong.AddRange(checker.Check(resynchronising.Events.Where(e => !IsLast(e)), from, null));
        foreach (var (watch, begin) in plain)
        {
            wrong.AddRange(checker.Check(watch.Events.Where(e => !IsLast(e)), begin, watch.Error));
        }

        var resyncs = resynchronising.Events.Count(e => e.Type == KvEventType.Resync);
        wrong.AddRange(resyncs > 0 && plain.Exists(w => w.Watch.Error is KvCompactedException) ? [] : ["No watch met a compaction, though one was made of what they had missed."]);
        run.ThrowIfAny(wrong, [.. written.Select(w => $"written {w.Value.Revision} {w.Value.Key} {w.Value.Value}"), "resynchronising:", .. resynchronising.Events.Select(RecordedWatch.Shape), "compacted:", .. compactions.Select(c => $"{c}")]);
        return $"{breaks} breaks, {written.Count} writes, {resyncs} resynchronisations, {plain.Count(w => w.Watch.Error is not null)} watches ended as compacted";
    }

    private static bool IsLast(KvEvent change) => change.Key == EndKey;

    /// <summary>Breaks the connections of the watches, writes, compacts or not, and restores the connections.</summary>
    private static async Task BreakAsync(
        FaultRun run, FaultyCluster cluster, IKvStore near, Random random, SortedDictionary<long, KvPair> written, List<long> compactions, CompactionOf what)
    {
        await WriteAsync(near, written, random.Next(1, 20));
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            cluster.ProxyOf(member).Refuse();
        }

        var before = written.Keys.Last();
        await WriteAsync(near, written, random.Next(2, 20));
        if (what != CompactionOf.Nothing)
        {
            // No watch has seen the first write during the outage.
            var least = what == CompactionOf.Missed ? before + 2 : compactions.LastOrDefault() + 1;
            var revisions = written.Keys.Where(r => r >= least).ToList();
            var compacted = revisions[random.Next(revisions.Count)];
            compactions.Add(compacted);
            run.Log($"compaction at {compacted}");
            await cluster.Etcd.GatewayOf(random.Next(EtcdCluster.Size)).CompactAsync(compacted);
        }

        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            cluster.ProxyOf(member).Accept();
        }

        await WriteAsync(near, written, random.Next(1, 20));
    }

    private static async Task WriteAsync(IKvStore store, SortedDictionary<long, KvPair> written, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var pair = await store.PutAsync($"{Root}/k{i % 3}", $"{written.Count}");
            written.Add(pair.Revision, pair);
        }
    }
}
