using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Writes many keys with a cmdlet in a PowerShell, next to the library's own puts, 256 in flight.</summary>
/// <param name="name">The name of the row on the command line.</param>
/// <param name="title">The work in words.</param>
/// <param name="keys">The number of keys.</param>
/// <param name="cmdlet">The name of the cmdlet, for the report.</param>
/// <param name="script">The script that does the work and prints its milliseconds.</param>
internal abstract class ShellWriteWorkload(string name, string title, int keys, string cmdlet, string script) : Workload(name, title, "key")
{
    protected const int ValueSize = 64;

    private const int Width = 256;

    private string Folder => "bench/" + Name;

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var shell = await ModuleShell.FindAsync();
        var value = Arena.Value(ValueSize);
        await PrepareKeysAsync(arena, Folder, keys);
        return
        [
            new($"store, {Width} puts in flight", (n, _) =>
                InFlight.RunAsync(Width, n, async i => await arena.Store.PutAsync(Arena.KeyOf(Folder + "/store", i), value))) { FixedOperations = keys },
            new(cmdlet, async (n, meter) =>
            {
                await arena.ClearAsync(Folder + "/shell");
                meter.Tell(await shell.MeasureAsync(script, arena.Endpoint, Folder, $"{n}", $"{ValueSize}"));
            }) { FixedOperations = keys, OtherProcess = true },
            .. Others(arena),
        ];
    }

    /// <summary>Writes the data that the work reads.</summary>
    protected virtual Task PrepareKeysAsync(Arena arena, string folder, int count) => Task.CompletedTask;

    /// <summary>More contenders.</summary>
    protected virtual IEnumerable<Contender> Others(Arena arena) => [];
}

/// <summary>Pipes objects into Set-KvValue.</summary>
internal sealed class PipelineWorkload()
    : ShellWriteWorkload("pipeline", $"{Objects} objects with values of {ValueSize} B piped into Set-KvValue", Objects, "Set-KvValue", "pipeline.ps1")
{
    private const int Objects = 10_000;
    private const int EtcdctlPuts = 200;

    protected override IEnumerable<Contender> Others(Arena arena)
    {
        var text = System.Text.Encoding.ASCII.GetString(Arena.Value(ValueSize));
        return arena.Etcdctl is { } etcdctl
            ? [new($"etcdctl processes (of {EtcdctlPuts})", (n, _) => InFlight.RunAsync(1, n, i => etcdctl.RunAsync("put", Arena.KeyOf("bench/pipeline/etcdctl", i), text)))
                { FixedOperations = EtcdctlPuts, OtherProcess = true }]
            : [];
    }
}

/// <summary>Imports a file with Import-KvTree.</summary>
internal sealed class ImportWorkload()
    : ShellWriteWorkload("import", $"{Keys} keys with values of {ValueSize} B from a JSON file by Import-KvTree", Keys, "Import-KvTree", "import.ps1")
{
    private const int Keys = 100_000;
}

/// <summary>Copies a directory with Copy-KvTree.</summary>
internal sealed class CopyWorkload()
    : ShellWriteWorkload("copy", $"{Keys} keys with values of {ValueSize} B by Copy-KvTree", Keys, "Copy-KvTree", "copy.ps1")
{
    private const int Keys = 100_000;

    protected override Task PrepareKeysAsync(Arena arena, string folder, int count) => arena.FillAsync(folder + "/source", 0, count, ValueSize);
}
