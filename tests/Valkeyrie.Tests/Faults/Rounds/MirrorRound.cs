using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>A mirror from one directory of a cluster to another. Its process is killed and restarted while members fail, the connections to them break, and
/// history is compacted. Afterwards, when all servers are healthy again, both directories are equal.</summary>
internal static class MirrorRound
{
    private const string Source = "mirrored";
    private const string Destination = "mirror";
    private const int Names = 60;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Runs a round.</summary>
    /// <returns>A line about its actions.</returns>
    public static async Task<string> RunAsync(FaultRun run, TimeSpan duration)
    {
        EtcdStore.Register();
        using var folder = new TemporaryFolder();
        await using var cluster = await FaultyCluster.StartAsync();
        await using var near = KvStore.Open(cluster.Etcd.Address, new KvStoreOptions { Timeout = Timeout, KeepAlive = FaultyCluster.KeepAlive });
        await near.PutAsync($"{Source}/first", "");
        await near.PutAsync($"{Destination}/of nobody", "");
        using var stop = new CancellationTokenSource();
        var faults = Fault.Plan(run.Seed, duration);
        var writing = Task.Run(() => WriteAsync(near, cluster.Etcd, new Random(run.Seed), stop.Token));
        var mirroring = Task.Run(() => MirrorAsync(run, cluster, folder.File("state"), stop.Token));
        await run.SufferAsync(cluster, faults);
        await cluster.WaitUntilWholeAsync();
        await stop.CancelAsync();
        var (writes, compactions) = await writing;
        var kills = await mirroring;

        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await near.PutAsync($"{Source}/~", "")) is null, "a last write");
        await using (var last = Start(run, cluster, folder.File("state")))
        {
            var error = await Record.ExceptionAsync(() => Patience.UntilAsync(async () => (await TextAsync(near, Source)).SequenceEqual(await TextAsync(near, Destination)), "two directories alike"));
            run.ThrowIfAny(
                error is null ? [] : [$"The mirror is not like its source. {error.Message}"],
                [.. (await TextAsync(near, Source)).Select(pair => $"source: {pair}"), .. (await TextAsync(near, Destination)).Select(pair => $"destination: {pair}")]);
        }

        return $"{faults.Count} faults, {kills} kills, {writes} writes, {compactions} compactions";
    }

    // A process that could not reach the cluster at its start has ended, as a service would: it is also restarted.
    private static async Task<int> MirrorAsync(FaultRun run, FaultyCluster cluster, string file, CancellationToken stop)
    {
        var random = new Random(run.Seed);
        var kills = 0;
        while (!stop.IsCancellationRequested)
        {
            await using var worker = Start(run, cluster, file);
            await Task.Delay(random.Next(500, 4000), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await worker.KillAsync();
            kills++;
        }

        return kills;
    }

    private static FaultWorkerProcess Start(FaultRun run, FaultyCluster cluster, string file) =>
        new("mirror", cluster.AddressFrom(0), Timeout, run.Seed, line => run.Log($"mirror: {line}"), Source, cluster.AddressFrom(1), Destination, file);

    private static async Task<(int Writes, int Compactions)> WriteAsync(IKvStore store, EtcdCluster etcd, Random random, CancellationToken stop)
    {
        var (writes, compactions) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            var key = $"{Source}/{random.Next(Names)}";
            try
            {
                if (random.Next(4) == 0)
                {
                    await store.TryDeleteAsync(key, CancellationToken.None);
                }
                else
                {
                    var written = await store.PutAsync(key, $"{writes}");
                    if (random.Next(300) == 0)
                    {
                        await etcd.GatewayOf(random.Next(EtcdCluster.Size)).CompactAsync(written.Revision);
                        compactions++;
                    }
                }

                writes++;
            }
            catch (Exception e) when (e is KvUnreachableException or KvTimeoutException or HttpRequestException or InvalidOperationException or TaskCanceledException)
            {
                // Made or not: the final content of the source counts.
                await Task.Delay(20, CancellationToken.None);
            }
        }

        return (writes, compactions);
    }

    private static async Task<IEnumerable<string>> TextAsync(IKvStore store, string tree) =>
        (await KvTreeContent.Of(store, tree).OrEmpty().Pairs.ToListAsync()).Select(pair => $"{pair.Key[tree.Length..]}={pair.Value}");
}
