using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Events of a directory as another process writes them. The rate is the writer's; what the watch costs is the processor time.</summary>
internal sealed class WatchWorkload() : Workload("watch", "events as they happen, written by another process; look at the processor time", "event")
{
    private const string Directory = "bench/watch";
    private const int Events = 20_000;

    public override Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena) => Task.FromResult(arena.Select(
        floor: new("floor (bare stream, generated classes)", async (n, meter) =>
        {
            var from = await arena.RevisionAsync() + 1;
            await using var writer = await Child.StartAsync(Child.Write, arena.Endpoint, Directory, n);
            meter.Restart();
            writer.Go();
            await WatchBareAsync(arena, Directory, from, n);
        }) { FixedOperations = Events },
        store: new("store", async (n, meter) =>
        {
            var from = await arena.RevisionAsync() + 1;
            await using var writer = await Child.StartAsync(Child.Write, arena.Endpoint, Directory, n);
            meter.Restart();
            writer.Go();
            await WatchStoreAsync(arena, Directory, from, n);
        }) { FixedOperations = Events }));

    internal static async Task WatchBareAsync(Arena arena, string directory, long from, long events)
    {
        var create = new WatchCreateRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory), StartRevision = from };
        await foreach (var reply in arena.Bare.StreamAsync<WatchResponse>(BareClient.Watch, new WatchRequest { CreateRequest = create }))
        {
            events -= reply.Events.Count;
            if (events <= 0)
            {
                return;
            }
        }
    }

    internal static async Task WatchStoreAsync(Arena arena, string directory, long from, long events)
    {
        await foreach (var _ in arena.Store.WatchTreeAsync(directory, new KvWatchOptions { FromRevision = from }))
        {
            if (--events == 0)
            {
                return;
            }
        }
    }
}

/// <summary>Events of the past, replayed as fast as the server gives them.</summary>
internal sealed class ReplayWorkload() : Workload("replay", "events of the past, replayed", "event")
{
    private const string Directory = "bench/replay";
    private const int Events = 50_000;

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var from = await arena.RevisionAsync() + 1;
        await arena.FillAsync(Directory, 0, Events, SingleCalls.ValueSize);
        return arena.Select(
            floor: new("floor (bare stream, generated classes)", (n, _) =>
                InFlight.RunAsync(1, n, async _ => await WatchWorkload.WatchBareAsync(arena, Directory, from, Events))) { UnitsPerOperation = Events },
            store: new("store", (n, _) =>
                InFlight.RunAsync(1, n, async _ => await WatchWorkload.WatchStoreAsync(arena, Directory, from, Events))) { UnitsPerOperation = Events });
    }
}
