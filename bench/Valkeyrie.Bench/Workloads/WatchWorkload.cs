using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Watches a directory while another process writes. The writer determines the rate; the cost of the watch is its processor time.</summary>
/// <param name="name">The name of the row on the command line.</param>
/// <param name="writing">The work of the other process, in words.</param>
/// <param name="writer">The work of that process.</param>
/// <param name="events">The number of events per sample.</param>
/// <param name="held">True if a relay delivers them every 10 ms, so all contenders wake up equally often.</param>
internal sealed class WatchWorkload(string name, string writing, string writer, int events, bool held = false)
    : Workload(name, $"events as they happen, written by another process {writing}; look at the processor time", "event")
{
    private readonly string _directory = "bench/" + name;

    public override Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena) => Task.FromResult(arena.Select(
        floor: Follow(arena, "floor (bare stream, generated classes)", at => at.RevisionAsync(), (at, from, n) => WatchBareAsync(at, _directory, from, n)),
        store: Follow(arena, "store", at => at.Store.PingAsync().AsTask(), (at, from, n) => WatchStoreAsync(at, _directory, from, n)),
        peer: peer => Follow(
            arena, peer.Name, at => at.PeerNamed(peer.Name).GetAsync(_directory), (at, from, n) => at.PeerNamed(peer.Name).WatchAsync(_directory, from, n))));

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

    private Contender Follow(Arena arena, string contender, Func<Arena, Task> connect, Func<Arena, long, long, Task> watch) => new(contender, async (n, meter) =>
    {
        var from = await arena.RevisionAsync() + 1;
        await using var relay = held ? await Child.StartAsync(Child.Hold, arena.Endpoint, _directory, 0) : null;
        await using var relayed = relay is null ? null : new Arena(await relay.HoldAsync(), arena.Options);
        var at = relayed ?? arena;
        await connect(at);
        await using var child = await Child.StartAsync(writer, arena.Endpoint, _directory, n);
        meter.Restart();
        child.Go();
        await watch(at, from, n);
        meter.Pause();
    }) { FixedOperations = events, WarmUps = 3 };
}

/// <summary>Replays past events as fast as the server sends them.</summary>
internal sealed class ReplayWorkload() : Workload("replay", "events of the past, replayed", "event")
{
    private const string Directory = "bench/replay";
    private const int Events = 50_000;

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var from = await arena.RevisionAsync() + 1;
        await arena.FillAsync(Directory, 0, Events, SingleCalls.ValueSize);
        return arena.Select(
            floor: Replay("floor (bare stream, generated classes)", () => WatchWorkload.WatchBareAsync(arena, Directory, from, Events)),
            store: Replay("store", () => WatchWorkload.WatchStoreAsync(arena, Directory, from, Events)),
            peer: peer => Replay(peer.Name, () => peer.WatchAsync(Directory, from, Events)));
    }

    private static Contender Replay(string contender, Func<Task> watch) =>
        new(contender, (n, _) => InFlight.RunAsync(1, n, async _ => await watch())) { UnitsPerOperation = Events };
}
