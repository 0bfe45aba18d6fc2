namespace Valkeyrie.Tests.Faults;

/// <summary>Clients write in batches while members die, stop and return and the connections to them break, and a process that does the same is killed.
/// Afterwards each write was acknowledged or reported, no acknowledged one is lost, and none was made twice.</summary>
internal static class BatchRound
{
    private const string Root = "batches";
    private const string EndKey = Root + "/end";
    private const int Killed = EtcdCluster.Size;
    private const int EnoughCalls = 2000;
    private const int Cuts = 10;
    private const int LongestPause = 120;
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
        var first = (await direct.PutAsync(Root + "/begin", "")).Revision;
        var recorder = new CallRecorder();
        var clients = stores.Select((store, i) => new BatchWorkload(store, recorder, Root, i, run.Seed)).ToList();
        var faults = Fault.Plan(run.Seed, duration);
        using var stop = new CancellationTokenSource();
        var work = clients.Select(client => Task.Run(() => client.RunAsync(stop.Token))).ToList();
        try
        {
            await KillClientAsync(run, direct.Info.Address, recorder);
            foreach (var fault in faults)
            {
                await CutAsync(cluster, new Random(run.Seed));
                await run.SufferAsync(cluster, [fault]);
            }
        }
        finally
        {
            await stop.CancelAsync();

            // The record of a write without an end shows it.
            await Task.WhenAny(Task.WhenAll(work), Task.Delay(Timeout + Patience.Limit));
        }

        // When all servers are healthy again, every writer can write, whatever happened before.
        await cluster.WaitUntilWholeAsync();
        foreach (var client in clients)
        {
            await Patience.UntilAsync(client.WritesAsync, "a write in a batch when all is well again");
        }

        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await direct.PutAsync(EndKey, "")) is null, "a last write");
        var truth = new RecordedWatch(direct, Root, new KvWatchOptions { FromRevision = first }, change => change.Key == EndKey);
        var calls = recorder.Calls;
        List<string> wrong = [.. await truth.CompletesAsync() ? Array.Empty<string>() : [$"The changes could not be read afterwards: {truth.Error}"]];
        wrong.AddRange(BatchChecker.Check(calls, new HashSet<int> { Killed }, truth.Events));
        wrong.AddRange(calls.Any(call => call.Client != Killed && call.Outcome == CallOutcome.Unknown) ? [] : ["No batch was under way when something failed."]);
        run.ThrowIfAny(wrong, calls.OrderBy(call => call.Start).Cast<object>().Concat(truth.Events));
        return $"{faults.Count} faults, {calls.Count} writes ({calls.Count(call => call.Outcome == CallOutcome.Unknown)} unknown, "
            + $"{calls.Count(call => call.Outcome == CallOutcome.NotSent)} not sent) at {truth.Events.Select(change => change.Revision).Distinct().Count()} revisions";
    }

    // Batches that a member has made and whose replies are lost: only these reveal one that is sent again.
    private static async Task CutAsync(FaultyCluster cluster, Random random)
    {
        for (var cut = 0; cut < Cuts; cut++)
        {
            for (var member = 0; member < EtcdCluster.Size; member++)
            {
                cluster.ProxyOf(member).Cut();
            }

            await Task.Delay(random.Next(LongestPause));
        }
    }

    private static async Task KillClientAsync(FaultRun run, string address, CallRecorder recorder)
    {
        await using var worker = new FaultWorkerProcess("batches", address, Timeout, run.Seed, recorder.Take, Root, $"{Killed}");
        await Patience.UntilAsync(() => recorder.Calls.Count(call => call.Client == Killed) > EnoughCalls, "writes of a process in batches");
        await worker.KillAsync();
    }
}
