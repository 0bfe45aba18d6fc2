namespace Valkeyrie.Tests.Faults;

/// <summary>Clients use registers of servers that report changes by comparison, with watches on them, while the leader is killed again and again. Afterwards
/// acknowledged writes exist, unsent ones do not, reads are linearizable, calls ended in time, and each watch knows the current state.</summary>
internal static class KilledLeaderRound
{
    private const string Root = "registers";
    private const string EndKey = Root + "/~end";
    private const int Stores = 3;
    private const int ClientsPerStore = 2;
    private const int LongestPause = 12;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);

    /// <summary>Runs a round: about every ten seconds the leader is killed and returns.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, TimeSpan duration, Func<Task<IFaultyServers>> start)
    {
        await using var servers = await start();
        var stores = Enumerable.Range(0, Stores).Select(_ => KvStore.Open(servers.Address, new KvStoreOptions { Timeout = Timeout })).ToList();
        try
        {
            return await RunAsync(run, duration, servers, stores);
        }
        finally
        {
            await Task.WhenAll(stores.Select(s => s.DisposeAsync().AsTask()));
        }
    }

    private static async Task<string> RunAsync(FaultRun run, TimeSpan duration, IFaultyServers servers, List<IKvStore> stores)
    {
        await stores[0].PutAsync(Root + "/begin", "");
        var watches = stores.Select(s => new RecordedWatch(s, Root, new KvWatchOptions(), e => e.Key == EndKey)).ToList();
        await Task.WhenAll(watches.Select(w => w.ReachesAsync(1)));
        var recorder = new CallRecorder();
        await using var lag = new LagMeter();
        using var stop = new CancellationTokenSource();
        var work = Enumerable.Range(0, Stores * ClientsPerStore)
            .Select(client => Task.Run(() => new RegisterWorkload(stores[client % Stores], recorder, Root, client, run.Seed, LongestPause).RunAsync(stop.Token)))
            .ToList();
        var kills = 0;
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < duration; kills++)
        {
            await Task.Delay(BetweenKills);
            run.Log("The leader is killed.");
            await servers.RestartLeaderAsync(Away);
        }

        await stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(work), Task.Delay(Timeout + Patience.Limit));
        var reader = 0;
        await Patience.UntilAsync(() => new RegisterWorkload(stores[0], recorder, Root, --reader, run.Seed, 0).ReadAllAsync(), "a read of every register");
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await stores[0].PutAsync(EndKey, "")) is null, "a last write");
        var truth = (await stores[0].ListAllAsync(Root)).Select(p => $"{p.Key}={p.Value} @{p.Revision}").ToList();
        var wrong = new List<string>();
        foreach (var watch in watches)
        {
            wrong.AddRange(await watch.CompletesAsync() ? Differences(watch.Events, truth) : [$"A watch did not come to its end: {watch.Error}"]);
        }

        var calls = recorder.Calls;
        wrong.AddRange(calls.Where(c => c.End == 0).Select(c => $"This call never ended:\n{c}"));
        wrong.AddRange(HistoryChecker.Check(calls, Timeout + lag.Allowance, changes: null));
        run.ThrowIfAny(wrong, calls.OrderBy(c => c.Start).Cast<object>().Concat(watches[0].Events));
        return $"{kills} leaders killed, {calls.Count} calls ({calls.Count(c => c.Outcome == CallOutcome.Unknown)} unknown, "
            + $"{calls.Count(c => c.Outcome == CallOutcome.NotSent)} not sent), {string.Join('/', watches.Select(w => w.Events.Count))} events on {watches.Count} watches";
    }

    /// <summary>The final state of a watch equals that of the store, and it saw no older state of a key after a newer one.</summary>
    private static IEnumerable<string> Differences(IReadOnlyList<KvEvent> events, List<string> truth)
    {
        var known = new SortedDictionary<string, KvPair>(StringComparer.Ordinal);
        var newest = new Dictionary<string, long>();
        foreach (var change in events.Where(e => e.Type is KvEventType.Existing or KvEventType.Put or KvEventType.Delete))
        {
            if (change.Revision < newest.GetValueOrDefault(change.Key))
            {
                yield return $"A watch went back: {RecordedWatch.Shape(change)}.";
            }

            newest[change.Key] = change.Revision;
            if (change.Type == KvEventType.Delete)
            {
                known.Remove(change.Key);
            }
            else
            {
                known[change.Key] = change.Pair;
            }
        }

        var seen = known.Values.Select(p => $"{p.Key}={p.Value} @{p.Revision}").ToList();
        foreach (var difference in seen.Except(truth).Select(s => $"A watch knows '{s}', which is not so.").Concat(truth.Except(seen).Select(s => $"A watch does not know '{s}'.")))
        {
            yield return difference;
        }
    }
}
