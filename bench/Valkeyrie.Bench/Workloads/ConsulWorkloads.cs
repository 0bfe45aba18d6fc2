using System.Globalization;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Puts on Consul, a number of them in flight. The floor uses transactions with one put, because only their replies contain the revision.</summary>
internal sealed class ConsulPutWorkload(string name, int width)
    : Workload(name, $"Consul, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "put")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var consul = await arena.ConsulAsync();
        var keys = SingleCalls.Keys("bench/put");
        var value = Arena.Value(SingleCalls.ValueSize);
        byte[][] bodies = [.. keys.Select(k => BareConsulClient.PutBody(k, value))];
        var contenders = arena.Select(
            floor: new("floor (bare HttpClient loop)", (n, _) => InFlight.RunAsync(width, n, i => consul.Bare.CommitAsync(bodies[i % keys.Length]))),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await consul.Store.PutAsync(keys[i % keys.Length], value))));
        return
        [
            .. contenders,
            .. arena.Options.Contenders.Contains("floor")
                ? [new Contender("bare, no revision in the reply", (n, _) => InFlight.RunAsync(width, n, i => consul.Bare.PutAsync(keys[i % keys.Length], value)))]
                : Array.Empty<Contender>(),
        ];
    }
}

/// <summary>Consistent reads on Consul, a number of them in flight.</summary>
internal sealed class ConsulGetWorkload(string name, int width)
    : Workload(name, $"Consul, values of {SingleCalls.ValueSize} B, {SingleCalls.InWords(width)}", "get")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var consul = await arena.ConsulAsync();
        var keys = SingleCalls.Keys("bench/get");
        await InFlight.RunAsync(32, keys.Length, async i => await consul.Store.PutAsync(keys[i], Arena.Value(SingleCalls.ValueSize)));
        return arena.Select(
            floor: new("floor (bare HttpClient loop)", (n, _) => InFlight.RunAsync(width, n, i => consul.Bare.GetAsync(keys[i % keys.Length]))),
            store: new("store", (n, _) => InFlight.RunAsync(width, n, async i => await consul.Store.GetAsync(keys[i % keys.Length]))));
    }
}

/// <summary>Lists a directory on Consul. The floor is one reply, parsed by the platform's serializer.</summary>
internal sealed class ConsulListWorkload(string name, int keys, int valueSize)
    : Workload(name, string.Create(CultureInfo.InvariantCulture, $"Consul, {keys:#,0} keys with values of {valueSize} B"), "key")
{
    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var consul = await arena.ConsulAsync();
        var directory = "bench-" + Name;
        var value = Arena.Value(valueSize);
        await InFlight.RunAsync(32, keys, async i => await consul.Store.PutAsync(Arena.KeyOf(directory, i), value));
        return arena.Select(
            floor: new("floor (one reply, serializer)", (n, _) => InFlight.RunAsync(1, n, async _ => ListWorkload.Check(await consul.Bare.ListAsync(directory), keys))) { UnitsPerOperation = keys },
            store: new("store", (n, _) => InFlight.RunAsync(1, n, async _ => ListWorkload.Check(await ListWorkload.CountAsync(consul.Store, directory), keys))) { UnitsPerOperation = keys });
    }
}
