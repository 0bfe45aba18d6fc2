using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Faults;

/// <summary>Two processes use registers in one file, and one after another is killed and restarted. Afterwards acknowledged
/// writes exist, and reads are linearizable across the processes.</summary>
internal static class EmbeddedRound
{
    private const string Root = "registers";
    private const string EndKey = Root + "/end";
    private const int Workers = 2;
    private const int ClientsPerWorker = 2;
    private const int LongestPause = 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // The delay of the workers' own processes is unknown here.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    /// <summary>Runs a round.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, int kills)
    {
        using var folder = new TemporaryFolder();
        var address = $"embedded:{folder.File("store.db")}?history=1000000";
        EmbeddedStore.Register();
        await using var store = KvStore.Open(address, new KvStoreOptions { Timeout = Timeout });
        var first = (await store.PutAsync(Root + "/begin", "")).Revision + 1;
        var fromFirst = new KvWatchOptions { FromRevision = first };
        var watch = new RecordedWatch(store, Root, fromFirst, IsLast);
        var recorder = new CallRecorder();
        var started = 0;
        var random = new Random(run.Seed);
        var workers = Enumerable.Range(0, Workers).Select(_ => Start()).ToList();
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                var victim = random.Next(Workers);
                var before = recorder.Calls.Count;
                var enough = random.Next(200, 1000);
                await Patience.UntilAsync(() => recorder.Calls.Count > before + enough, "calls");
                run.Log($"kill {victim}");
                await workers[victim].KillAsync();
                await workers[victim].DisposeAsync();
                workers[victim] = Start();
            }

            await Task.WhenAll(workers.Select(w => w.FinishAsync()));
        }
        finally
        {
            await Task.WhenAll(workers.Select(w => w.DisposeAsync().AsTask()));
        }

        Assert.True(await new RegisterWorkload(store, recorder, Root, -1, run.Seed, 0).ReadAllAsync(), "A register could not be read at the end.");
        await store.PutAsync(EndKey, "");
        var wrong = await watch.CompletesAsync() ? new List<string>() : [$"The watch did not come to the end: {watch.Error}"];
        var calls = recorder.Calls;
        wrong.AddRange(WatchChecker.Unbroken(watch.Events, first));
        wrong.AddRange(HistoryChecker.Check(calls, Timeout + Slack, watch.Events));
        run.ThrowIfAny(wrong, calls.OrderBy(c => c.Start));
        return $"{kills} kills, {calls.Count} calls ({calls.Count(c => c.Outcome == CallOutcome.Unknown)} unknown), {watch.Events.Count} changes";

        FaultWorkerProcess Start()
        {
            var client = ClientsPerWorker * started++;
            return new FaultWorkerProcess("registers", address, Timeout, run.Seed, recorder.Take, Root, $"{client}", $"{ClientsPerWorker}", $"{LongestPause}");
        }
    }

    private static bool IsLast(KvEvent change) => change.Key == EndKey;
}
