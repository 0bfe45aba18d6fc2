using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Workloads;

/// <summary>Starts a PowerShell that imports the module, reads one key and ends, next to one that ends immediately.</summary>
/// <remarks>The ratio shows the additional time: at 0.625 the module and its first read take 0.6 of PowerShell's own start. Other work on the machine
/// changes the processor time of a start less than its duration: compare two versions of the module by that.</remarks>
internal sealed class StartupWorkload() : Workload("startup", "PowerShell started, the module imported, one key got; look at the processor time", "start")
{
    private const int Starts = 3;
    private const string Key = "bench/startup";
    private const string Get = $"$null = Get-KvValue {Key} -WarningAction Ignore -ErrorAction Stop";

    public override async Task<IReadOnlyList<Contender>> PrepareAsync(Arena arena)
    {
        var shell = await ModuleShell.FindAsync();
        await arena.Store.PutAsync(Key, "1"u8.ToArray());
        await shell.StartAsync($"Set-KvValue {Key} 1 -WarningAction Ignore");
        return [Start("PowerShell alone", null), Start("etcd", $"$null = Connect-KvStore {arena.Endpoint}; {Get}"), Start("embedded, the default", Get)];

        Contender Start(string name, string? command) =>
            new(name, (n, _) => InFlight.RunAsync(1, n, async _ => await shell.StartAsync(command))) { FixedOperations = Starts, OtherProcess = true, MeasuresChildren = true };
    }
}
