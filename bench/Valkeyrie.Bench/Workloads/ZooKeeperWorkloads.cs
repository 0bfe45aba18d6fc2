using System.Globalization;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Puts on ZooKeeper, a number of them in flight. The floor sends ready-made requests that write the data of existing nodes.</summary>
internal sealed class ZooKeeperPutWorkload(string name, int width)
    : Workload(name, $"ZooKeeper, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "put")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var zooKeeper = await arena.ZooKeeperAsync();
        var keys = SingleCalls.Keys("bench/put");
        var value = Arena.Value(SingleCalls.ValueSize);
        await InFlight.RunAsync(32, keys.Length, async i => await zooKeeper.Store.PutAsync(keys[i], value));
        byte[][] requests = [.. keys.Select(k => BareZooKeeperClient.SetData("/" + k, value))];
        var bare = await zooKeeper.ConnectAsync();
        return arena.Select(
            floor: new("floor (bare socket loop)", (n, _) => bare.RunAsync(width, n, requests, 1)),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await zooKeeper.Store.PutAsync(keys[i % keys.Length], value))));
    }
}

/// <summary>Linearizable reads on ZooKeeper, a number of them in flight. The floor sends a sync before each read.</summary>
internal sealed class ZooKeeperGetWorkload(string name, int width)
    : Workload(name, $"ZooKeeper, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "get")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var zooKeeper = await arena.ZooKeeperAsync();
        var keys = SingleCalls.Keys("bench/get");
        await InFlight.RunAsync(32, keys.Length, async i => await zooKeeper.Store.PutAsync(keys[i], Arena.Value(SingleCalls.ValueSize)));
        byte[][] requests = [.. keys.Select(k => BareZooKeeperClient.SyncAndGetData("/" + k))];
        var bare = await zooKeeper.ConnectAsync();
        return arena.Select(
            floor: new("floor (bare socket loop)", (n, _) => bare.RunAsync(width, n, requests, 2)),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await zooKeeper.Store.GetAsync(keys[i % keys.Length]))));
    }
}

/// <summary>Lists a directory on ZooKeeper. The floor knows the names, and reads one node after another.</summary>
internal sealed class ZooKeeperListWorkload(string name, int keys, int valueSize)
    : Workload(name, string.Create(CultureInfo.InvariantCulture, $"ZooKeeper, {keys:#,0} keys with values of {valueSize} B"), "key")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var zooKeeper = await arena.ZooKeeperAsync();
        var directory = "bench-" + Name;
        var value = Arena.Value(valueSize);
        await InFlight.RunAsync(64, keys, async i => await zooKeeper.Store.PutAsync(Arena.KeyOf(directory, i), value));
        byte[][] requests = [.. Enumerable.Range(0, keys).Select(i => BareZooKeeperClient.GetData("/" + Arena.KeyOf(directory, i)))];
        var bare = await zooKeeper.ConnectAsync();

        // One listing of the floor takes longer than a sample of other rows.
        return arena.Select(
            floor: new("floor (sequential reads)", (n, _) => bare.RunAsync(1, n * keys, requests, 1)) { UnitsPerOperation = keys, FixedOperations = 1 },
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async _ => ListWorkload.Check(await ListWorkload.CountAsync(zooKeeper.Store, directory), keys))) { UnitsPerOperation = keys, FixedOperations = 4 });
    }
}
