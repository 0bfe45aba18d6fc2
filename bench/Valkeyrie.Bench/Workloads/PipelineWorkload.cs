using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Objects piped into Set-KvValue in a PowerShell, beside the library with 32 puts in flight and beside etcdctl.</summary>
internal sealed class PipelineWorkload() : Workload("pipeline", $"{Objects} objects with values of {SingleCalls.ValueSize} B piped into Set-KvValue", "put")
{
    private const int Objects = 10_000;
    private const int EtcdctlPuts = 200;
    private const string Directory = "bench/pipeline";

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var shell = await ModuleShell.FindAsync();
        string[] keys = [.. Enumerable.Range(0, Objects).Select(i => Arena.KeyOf(Directory, i))];
        var value = Arena.Value(SingleCalls.ValueSize);
        var text = System.Text.Encoding.ASCII.GetString(value);
        return
        [
            new("store, 32 in flight", (n, _) => InFlight.RunAsync(32, n, async i => await arena.Store.PutAsync(keys[i], value))) { FixedOperations = Objects },
            new("Set-KvValue", async (n, meter) => meter.Tell(await shell.MeasureAsync("pipeline.ps1", arena.Endpoint, Directory, $"{n}", $"{SingleCalls.ValueSize}"))) { FixedOperations = Objects, OtherProcess = true },
            .. arena.Etcdctl is { } etcdctl
                ? [new Contender($"etcdctl processes (of {EtcdctlPuts})", (n, _) => InFlight.RunAsync(1, n, i => etcdctl.RunAsync("put", keys[i], text)))
                    { FixedOperations = EtcdctlPuts, OtherProcess = true }]
                : Array.Empty<Contender>(),
        ];
    }
}
