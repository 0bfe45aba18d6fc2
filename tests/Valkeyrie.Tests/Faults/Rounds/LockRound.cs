namespace Valkeyrie.Tests.Faults;

/// <summary>Processes take one lock in turn while its holder is stopped for longer than its time to live, killed, or disconnected, and while
/// the leader dies. Afterwards tokens grow, no holder believed to hold the lock while another one had it, and a resource that refuses old tokens was written
/// in the order of the holders.</summary>
internal static class LockRound
{
    private const string Key = "locks/one";
    private const int TurnsInPeace = 10;

    // The shortest of etcd with its default election timeout.
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private enum Blow
    {
        Stop,
        Kill,
        CutOff,
        Swallow,
        KillLeader,

        /// <summary>No fault: the lock passes from holder to holder, past contenders that stop waiting.</summary>
        Peace,
    }

    /// <summary>Runs a round: every fault once, then others until the time has passed.</summary>
    /// <returns>A line about its actions.</returns>
    public static Task<string> RunAsync(FaultRun run, TimeSpan duration) => RunAsync(run, duration, async () => await FaultyCluster.StartAsync());

    /// <inheritdoc cref="RunAsync(FaultRun, TimeSpan)"/>
    public static async Task<string> RunAsync(FaultRun run, TimeSpan duration, Func<Task<IFaultyServers>> start)
    {
        await using var cluster = await start();
        var record = new LockRecord();
        var workers = Enumerable.Range(0, EtcdCluster.Size).Select(i => Start(cluster, record, run.Seed, i)).ToList();
        var blows = Plan(run.Seed, duration);
        var began = System.Diagnostics.Stopwatch.StartNew();
        var struck = 0;
        List<string> wrong = [];
        try
        {
            foreach (var blow in blows.TakeWhile(_ => struck < Enum.GetValues<Blow>().Length || began.Elapsed < duration))
            {
                run.Log(blow);
                await StrikeAsync(cluster, record, workers, run.Seed + ++struck, blow);
            }

            // Whatever happened, the lock continues to pass from holder to holder.
            await PassAsync(record);
        }
        catch (Exception e)
        {
            // The reports of the holders show the reason.
            wrong.Add($"The round did not come to its end: {e}");
        }
        finally
        {
            await Task.WhenAll(workers.Select(w => w.DisposeAsync().AsTask()));
        }

        run.ThrowIfAny(wrong.Concat(record.Check()), record.Lines);
        return $"{struck} blows, {record.Taken} holders, {record.Refused} stale writes refused";
    }

    private static IEnumerable<Blow> Plan(int seed, TimeSpan duration)
    {
        var random = new Random(seed);
        for (var left = (int)duration.TotalSeconds; left > 0;)
        {
            var blows = Enum.GetValues<Blow>();
            random.Shuffle(blows);
            foreach (var blow in blows)
            {
                left--;
                yield return blow;
            }
        }
    }

    private static FaultWorkerProcess Start(IFaultyServers cluster, LockRecord record, int seed, int worker) => new(
        "locks",
        cluster.AddressBy(worker),
        Timeout,
        seed + worker,
        line => record.Take(worker, line),
        Key,
        FaultWorkerProcess.Seconds(Ttl));

    private static async Task StrikeAsync(IFaultyServers cluster, LockRecord record, List<FaultWorkerProcess> workers, int seed, Blow blow)
    {
        var holder = await HolderAsync(record);
        switch (blow)
        {
            case Blow.Stop:
                // A holder that was just releasing the lock is not stale when it continues: then another one must have its turn.
                await Patience.UntilAsync(() => GoesOnStaleAsync(record, workers), "a holder that goes on after another took its lock");
                break;
            case Blow.Kill:
                await workers[holder].KillAsync();
                await workers[holder].DisposeAsync();
                workers[holder] = Start(cluster, record, seed, holder);
                break;
            case Blow.CutOff:
                cluster.ProxyOf(holder).Stall();
                await SucceededAsync(record, holder);
                cluster.ProxyOf(holder).Flow();
                break;
            case Blow.Swallow:
                cluster.ProxyOf(holder).Swallow();
                await SucceededAsync(record, holder);
                cluster.ProxyOf(holder).Pass();
                break;
            case Blow.Peace:
                await PassAsync(record);
                break;
            default:
                await cluster.RestartLeaderAsync();
                break;
        }
    }

    private static Task PassAsync(LockRecord record)
    {
        var before = record.Taken;
        return Patience.UntilAsync(() => record.Taken >= before + TurnsInPeace, "further holders");
    }

    /// <summary>Stops the holder until another one holds the lock and has written, and resumes it; true if it then wrote with its old token and was
    /// refused.</summary>
    private static async Task<bool> GoesOnStaleAsync(LockRecord record, List<FaultWorkerProcess> workers)
    {
        var refused = record.Refused;
        var holder = await HolderAsync(record);
        workers[holder].Suspend();
        await SucceededAsync(record, holder);
        var said = record.SaidBy(holder);
        workers[holder].Resume();
        await Patience.UntilAsync(() => record.SaidBy(holder) > said, "a word of the one that goes on");
        return record.Refused > refused;
    }

    /// <summary>Gets the holder of the lock; waits until there is one.</summary>
    private static async Task<int> HolderAsync(LockRecord record)
    {
        int? holder = null;
        await Patience.UntilAsync(() => (holder = record.Holder) is not null, "a holder");
        return holder!.Value;
    }

    /// <summary>Waits until another one holds the lock and has written to the resource: for the time to live, if this one had it.</summary>
    private static Task SucceededAsync(LockRecord record, int holder) =>
        Patience.UntilAsync(() => record.Holder is { } other && other != holder && record.LastWriter == other, "another holder");
}
