using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Lists a directory with Get-KvTree in a PowerShell, next to the library's own listing.</summary>
internal sealed class TreeWorkload() : Workload("tree", $"{Keys} keys with values of {ValueSize} B listed by Get-KvTree", "key")
{
    private const int Keys = 100_000;
    private const int ValueSize = 64;
    private const string Directory = "bench/tree";

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var shell = await ModuleShell.FindAsync();
        await arena.FillAsync(Directory, 0, Keys, ValueSize);
        return
        [
            new("store, ListAsync", async (_, _) => await ListWorkload.CountAsync(arena.Store, Directory)) { FixedOperations = Keys },
            new("Get-KvTree", async (n, meter) => meter.Tell(await shell.MeasureAsync("tree.ps1", arena.Endpoint, Directory, $"{n}")))
            {
                FixedOperations = Keys,
                OtherProcess = true,
            },
        ];
    }
}
