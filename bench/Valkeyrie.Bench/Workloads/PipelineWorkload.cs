using System.Diagnostics;
using System.Globalization;
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
        var module = Path.GetFullPath(Path.Combine("out", "Valkeyrie"));
        if (!File.Exists(Path.Combine(module, "Valkeyrie.psd1")))
        {
            throw new WorkloadSkippedException("there is no out/Valkeyrie; run the task build first, and the benchmark from the repository's root");
        }

        await CheckPowerShellAsync();
        string[] keys = [.. Enumerable.Range(0, Objects).Select(i => Arena.KeyOf(Directory, i))];
        var value = Arena.Value(SingleCalls.ValueSize);
        var text = System.Text.Encoding.ASCII.GetString(value);
        return
        [
            new("store, 32 in flight", (n, _) => InFlight.RunAsync(32, n, async i => await arena.Store.PutAsync(keys[i], value))) { FixedOperations = Objects },
            new("Set-KvValue", async (n, meter) => meter.Tell(await PipeAsync(module, arena.Endpoint, n))) { FixedOperations = Objects, OtherProcess = true },
            .. arena.Etcdctl is { } etcdctl
                ? [new Contender($"etcdctl processes (of {EtcdctlPuts})", (n, _) => InFlight.RunAsync(1, n, i => etcdctl.RunAsync("put", keys[i], text)))
                    { FixedOperations = EtcdctlPuts, OtherProcess = true }]
                : Array.Empty<Contender>(),
        ];
    }

    private static async Task CheckPowerShellAsync()
    {
        try
        {
            await RunPwshAsync("-Command", "1");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new WorkloadSkippedException("there is no pwsh on PATH");
        }
    }

    private static async Task<TimeSpan> PipeAsync(string module, string endpoint, long count)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "pipeline.ps1");
        var output = await RunPwshAsync(
            "-File", script, module, endpoint, Directory, count.ToString(CultureInfo.InvariantCulture), SingleCalls.ValueSize.ToString(CultureInfo.InvariantCulture));
        return TimeSpan.FromMilliseconds(double.Parse(output, CultureInfo.InvariantCulture));
    }

    private static async Task<string> RunPwshAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"pwsh ended with exit code {process.ExitCode}: {output}");
    }
}
