using System.Globalization;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Puts with APIv2, a number of them in flight.</summary>
internal sealed class V2PutWorkload(string name, int width)
    : Workload(name, $"APIv2, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "put")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var v2 = await arena.V2Async();
        var keys = SingleCalls.Keys("bench/put");
        var value = Arena.Value(SingleCalls.ValueSize);
        byte[] form = [.. "value="u8, .. value];
        return arena.Select(
            floor: new("floor (bare HttpClient loop)", (n, _) => InFlight.RunAsync(width, n, i => v2.Bare.PutAsync(keys[i % keys.Length], form))),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await v2.Store.PutAsync(keys[i % keys.Length], value))));
    }
}

/// <summary>Linearizable reads with APIv2, one at a time.</summary>
internal sealed class V2GetWorkload() : Workload("v2get", $"APIv2, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(1)}", "get")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var v2 = await arena.V2Async();
        var keys = SingleCalls.Keys("bench/get");
        foreach (var key in keys)
        {
            await v2.Store.PutAsync(key, Arena.Value(SingleCalls.ValueSize));
        }

        return arena.Select(
            floor: new("floor (bare HttpClient loop)", (n, _) => InFlight.RunAsync(1, n, i => v2.Bare.GetAsync(keys[i % keys.Length]))),
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async i => await v2.Store.GetAsync(keys[i % keys.Length]))));
    }
}

/// <summary>Lists a directory with APIv2. The floor is one reply, parsed by the platform's serializer.</summary>
internal sealed class V2ListWorkload(string name, int keys, int valueSize)
    : Workload(name, string.Create(CultureInfo.InvariantCulture, $"APIv2, {keys:#,0} keys with values of {valueSize} B"), "key")
{
    private const int FillWidth = 32;

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var v2 = await arena.V2Async();
        var directory = "bench-" + Name;
        var value = Arena.Value(valueSize);
        await InFlight.RunAsync(FillWidth, keys, async i => await v2.Store.PutAsync(Arena.KeyOf(directory, i), value));
        return arena.Select(
            floor: new("floor (one reply, serializer)", (n, _) => InFlight.RunAsync(1, n, async _ => ListWorkload.Check(await v2.Bare.ListAsync(directory), keys))) { UnitsPerOperation = keys },
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async _ => ListWorkload.Check(await ListWorkload.CountAsync(v2.Store, directory), keys))) { UnitsPerOperation = keys });
    }
}
