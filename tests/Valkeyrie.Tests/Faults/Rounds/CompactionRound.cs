using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>A writer writes, the ways of two watches break, and what they have missed may be compacted before they are back. Then: the watch that asked
/// for it resynchronised, the other ended and said so, and outside such gaps neither missed, repeated or mixed up a change.</summary>
internal static class CompactionRound
{
    private const string Root = "compacted";
    private const string EndKey = Root + "/end";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Makes a round.</summary>
    /// <returns>What it did, in a line.</returns>
    public static async Task<string> RunAsync(FaultRun run, int breaks)
    {
        EtcdStore.Register();
        await using var cluster = await FaultyCluster.StartAsync();
        var options = new KvStoreOptions { Timeout = Timeout, KeepAlive = FaultyCluster.KeepAlive };
        await using var near = KvStore.Open(cluster.Etcd.Address, options);
        await using var far = KvStore.Open(cluster.AddressFrom(0), options);
        var written = new SortedDictionary<long, string>();
        await WriteAsync(near, written, 3);
        var from = written.Keys.First();
        var resynchronising = new RecordedWatch(far, Root, new KvWatchOptions { FromRevision = from, Resynchronize = true }, IsLast);
        List<RecordedWatch> plain = [new(far, Root, new KvWatchOptions { FromRevision = from }, IsLast)];
        await Task.WhenAll(resynchronising.ReachesAsync(from), plain[0].ReachesAsync(from));
        var compacted = 0L;
        var random = new Random(run.Seed);
        for (var turn = 0; turn < breaks; turn++)
        {
            compacted = await BreakAsync(run, cluster, near, random, written, compacted);
            if (random.Next(2) == 0)
            {
                // Else a watch that is slow to come back meets several compactions as one.
                await resynchronising.ReachesAsync(written.Keys.Last());
            }

            // A watch that ended is followed by one that begins where it can; to begin, it must find its store there.
            if (plain[^1].Error is not null)
            {
                await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await far.PingAsync()) is null, "a way to the store");
                plain.Add(new RecordedWatch(far, Root, new KvWatchOptions { FromRevision = compacted }, IsLast));
                await plain[^1].ReachesAsync(compacted);
            }
        }

        // A write that is tried again until it is known to be made.
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await near.PutAsync(EndKey, "")) is null, "a last write");
        var wrong = new List<string>();
        if (!await resynchronising.CompletesAsync())
        {
            wrong.Add($"The watch that resynchronises ended, or stopped: {resynchronising.Error}");
        }

        if (!await plain[^1].CompletesAsync() && plain[^1].Error is not KvCompactedException)
        {
            wrong.Add($"A watch stopped without the word that its changes are compacted: {plain[^1].Error}");
        }

        wrong.AddRange(Check(resynchronising.Events, written));
        foreach (var watch in plain)
        {
            wrong.AddRange(Check(watch.Events, written));
            wrong.AddRange(watch.Error is null or KvCompactedException ? [] : [$"A watch failed: {watch.Error}"]);
        }

        var resyncs = resynchronising.Events.Count(e => e.Type == KvEventType.Resync);
        run.ThrowIfAny(wrong, [.. written.Select(w => $"written {w.Key} {w.Value}"), "resynchronising:", .. resynchronising.Events.Select(RecordedWatch.Shape)]);
        return $"{breaks} breaks, {written.Count} writes, {resyncs} resynchronisations, {plain.Count(w => w.Error is not null)} watches ended as compacted";
    }

    private static bool IsLast(KvEvent change) => change.Key == EndKey;

    /// <summary>Breaks the watches' ways, writes, compacts or not, and mends the ways. Returns the revision compacted at last.</summary>
    private static async Task<long> BreakAsync(FaultRun run, FaultyCluster cluster, IKvStore near, Random random, SortedDictionary<long, string> written, long compacted)
    {
        await WriteAsync(near, written, random.Next(1, 20));
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            cluster.ProxyOf(member).Refuse();
        }

        await WriteAsync(near, written, random.Next(1, 20));
        if (random.Next(3) > 0)
        {
            var revisions = written.Keys.Where(r => r > compacted).ToList();
            compacted = revisions[random.Next(revisions.Count)];
            run.Log($"compaction at {compacted}");
            await cluster.Etcd.GatewayOf(random.Next(EtcdCluster.Size)).CompactAsync(compacted);
        }

        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            cluster.ProxyOf(member).Accept();
        }

        await WriteAsync(near, written, random.Next(1, 20));
        return compacted;
    }

    private static async Task WriteAsync(IKvStore store, SortedDictionary<long, string> written, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var pair = await store.PutAsync($"{Root}/k{i % 3}", $"{written.Count}");
            written.Add(pair.Revision, pair.Value);
        }
    }

    /// <summary>Between the first event and the last each write is delivered once, in order, but for those between a resynchronisation and what came before it.</summary>
    private static IEnumerable<string> Check(IReadOnlyList<KvEvent> events, SortedDictionary<long, string> written)
    {
        var reached = 0L;
        foreach (var change in events.Where(e => !IsLast(e)))
        {
            if (change.Type == KvEventType.Existing)
            {
                // The listing behind a resynchronisation may be newer than that; the newest change that it covers is in it, as nothing is deleted.
                reached = Math.Max(reached, change.Revision);
                continue;
            }

            if (change.Revision <= reached)
            {
                yield return $"{RecordedWatch.Shape(change)} came after revision {reached}.";
            }

            if (change.Type == KvEventType.Put)
            {
                var missed = written.Keys.Where(r => reached > 0 && r > reached && r < change.Revision).ToList();
                if (missed.Count > 0)
                {
                    yield return $"Between {reached} and {change.Revision} the revisions {string.Join(", ", missed)} are missing.";
                }

                if (written.GetValueOrDefault(change.Revision) != change.Value)
                {
                    yield return $"{RecordedWatch.Shape(change)} was never written so.";
                }
            }

            reached = change.Revision;
        }
    }
}
