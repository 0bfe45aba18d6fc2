using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Faults;

/// <summary>Processes write to one file in batches, and one after another is killed while another continues. Afterwards each write was acknowledged or
/// reported, no acknowledged one is lost, none was made twice, and the file is valid.</summary>
internal static class EmbeddedBatchRound
{
    private const string Root = "batches";
    private const string EndKey = Root + "/end";
    private const int Survivor = 0;
    private const int FewestCalls = 500;
    private const int MostCalls = 3000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Runs a round.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, int kills)
    {
        using var folder = new TemporaryFolder();
        var address = $"embedded:{folder.File("store.db")}?history=1000000";
        EmbeddedStore.Register();
        await using var store = KvStore.Open(address, new KvStoreOptions { Timeout = Timeout });
        var first = (await store.PutAsync(Root + "/begin", "")).Revision;
        var recorder = new CallRecorder();
        using var stop = new CancellationTokenSource();
        var survivor = new BatchWorkload(store, recorder, Root, Survivor, run.Seed);
        var work = Task.Run(() => survivor.RunAsync(stop.Token));
        var killed = Enumerable.Range(Survivor + 1, kills).ToHashSet();
        var random = new Random(run.Seed);
        try
        {
            foreach (var client in killed)
            {
                var enough = random.Next(FewestCalls, MostCalls);
                await using var worker = new FaultWorkerProcess("batches", address, Timeout, run.Seed, recorder.Take, Root, $"{client}");
                await Patience.UntilAsync(() => recorder.Calls.Count(call => call.Client == client) > enough, "writes of a process in batches");
                run.Log($"kill {client}");
                await worker.KillAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();

            // The record of a write without an end shows it.
            await Task.WhenAny(work, Task.Delay(Timeout + Patience.Limit));
        }

        Assert.True(await survivor.WritesAsync(), "The process that was left could not write.");
        await store.PutAsync(EndKey, "");
        var truth = new RecordedWatch(store, Root, new KvWatchOptions { FromRevision = first }, change => change.Key == EndKey);
        List<string> wrong = await truth.CompletesAsync() ? [] : [$"The changes could not be read afterwards: {truth.Error}"];
        var calls = recorder.Calls;
        wrong.AddRange(BatchChecker.Check(calls, killed, truth.Events));
        wrong.AddRange(calls.Any(call => call.End == 0) ? [] : ["No batch was under way when a process was killed."]);
        wrong.AddRange(calls.Any(call => call.Client == Survivor && call.Outcome != CallOutcome.Ok) ? ["A write of the process that was not killed failed."] : []);

        // It first checks the whole file for damage.
        await store.GetCapability<IKvMaintenance>().GetHashesAsync();
        run.ThrowIfAny(wrong, calls.OrderBy(call => call.Start).Cast<object>().Concat(truth.Events));
        return $"{kills} kills, {calls.Count} writes ({calls.Count(call => call.End == 0)} under way when their process was killed) "
            + $"at {truth.Events.Select(change => change.Revision).Distinct().Count()} revisions";
    }
}
