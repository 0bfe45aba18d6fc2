namespace Valkeyrie.Tests.Faults;

/// <summary>Clients use registers, with watches on them, while members die, stop and return and the connections to them break. Afterwards
/// acknowledged writes exist, unsent ones do not, reads are linearizable, calls ended in time, and each watch delivered every change once, in order.</summary>
internal static class RegisterRound
{
    private const string Root = "registers";
    private const string EndKey = Root + "/end";
    private const int ClientsPerStore = 2;
    private const int LongestPause = 12;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Runs a round.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, TimeSpan duration)
    {
        await using var clients = await FaultyClients.StartAsync(Timeout);
        return await RunAsync(run, duration, clients.Cluster, clients.Stores, clients.Direct);
    }

    private static async Task<string> RunAsync(FaultRun run, TimeSpan duration, FaultyCluster cluster, List<IKvStore> stores, IKvStore direct)
    {
        var reader = 0;
        var first = (await direct.PutAsync(Root + "/begin", "")).Revision;
        var fromFirst = new KvWatchOptions { FromRevision = first };
        var watches = stores.Select(s => new RecordedWatch(s, Root, fromFirst, IsLast)).ToList();
        await Task.WhenAll(watches.Select(w => w.ReachesAsync(first)));
        var recorder = new CallRecorder();
        var faults = Fault.Plan(run.Seed, duration);
        await using var lag = new LagMeter();
        await WorkAsync(run, cluster, stores, recorder, faults);

        await cluster.WaitUntilWholeAsync();
        await Patience.UntilAsync(() => new RegisterWorkload(direct, recorder, Root, --reader, run.Seed, 0).ReadAllAsync(), "a read of every register");
        var wrong = await AtRestAsync(stores);
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await direct.PutAsync(EndKey, "")) is null, "a last write");

        var truth = new RecordedWatch(direct, Root, fromFirst, IsLast);
        wrong.AddRange(await truth.CompletesAsync() ? [] : [$"The changes could not be read afterwards: {truth.Error}"]);
        wrong.AddRange(WatchChecker.Unbroken(truth.Events, first));
        foreach (var watch in watches)
        {
            wrong.AddRange(await CompareAsync(watch, truth));
        }

        var calls = recorder.Calls;
        wrong.AddRange(calls.Where(c => c.End == 0).Select(c => $"This call never ended:\n{c}"));
        wrong.AddRange(HistoryChecker.Check(calls, Timeout + lag.Allowance, truth.Events));
        run.ThrowIfAny(wrong, calls.OrderBy(c => c.Start).Cast<object>().Concat(truth.Events));
        return $"{faults.Count} faults, {calls.Count} calls ({calls.Count(c => c.Outcome == CallOutcome.Unknown)} unknown, "
            + $"{calls.Count(c => c.Outcome == CallOutcome.NotSent)} not sent), {truth.Events.Count} changes on {watches.Count} watches";
    }

    private static bool IsLast(KvEvent change) => change.Key == EndKey;

    private static async Task WorkAsync(FaultRun run, FaultyCluster cluster, List<IKvStore> stores, CallRecorder recorder, IReadOnlyList<Fault> faults)
    {
        using var stop = new CancellationTokenSource();
        var work = Enumerable.Range(0, stores.Count * ClientsPerStore)
            .Select(client => Task.Run(() => new RegisterWorkload(stores[client % stores.Count], recorder, Root, client, run.Seed, LongestPause).RunAsync(stop.Token)))
            .ToList();
        try
        {
            await run.SufferAsync(cluster, faults);
        }
        finally
        {
            await stop.CancelAsync();

            // The record of a call without an end shows it.
            await Task.WhenAny(Task.WhenAll(work), Task.Delay(Timeout + Patience.Limit));
        }
    }

    /// <summary>When all servers are healthy again, every store serves, whatever happened before.</summary>
    private static async Task<List<string>> AtRestAsync(List<IKvStore> stores)
    {
        var wrong = new List<string>();
        foreach (var store in stores)
        {
            var error = await Record.ExceptionAsync(() => Patience.UntilAsync(
                async () => await Record.ExceptionAsync(async () => await store.PutAsync(Root + "/rest", "")) is null && await Record.ExceptionAsync(async () => await store.TryGetAsync(EndKey)) is null,
                "a write and a read when all is well again"));
            wrong.AddRange(error is null ? [] : [$"A store does not serve any more. {error.Message}"]);
        }

        return wrong;
    }

    private static async Task<IEnumerable<string>> CompareAsync(RecordedWatch watch, RecordedWatch truth)
    {
        var complete = await watch.CompletesAsync();
        var seen = watch.Events.Select(RecordedWatch.Shape).ToList();
        var made = truth.Events.Select(RecordedWatch.Shape).ToList();

        // The last write may have been made twice: the relevant part ends with its first.
        var differs = Enumerable.Range(0, Math.Min(seen.Count, made.Count)).FirstOrDefault(i => seen[i] != made[i], -1);
        return differs >= 0 ? [$"A watch delivered '{seen[differs]}' where '{made[differs]}' was next."]
            : complete ? []
            : [$"A watch delivered {seen.Count} of {made.Count} changes and no more: {watch.Error}"];
    }
}
