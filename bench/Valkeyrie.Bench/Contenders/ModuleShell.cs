using System.Diagnostics;
using System.Globalization;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench.Contenders;

/// <summary>A PowerShell with the staged module. Each script measures itself, without the start of PowerShell.</summary>
internal sealed class ModuleShell
{
    private readonly string _module;

    private ModuleShell(string module) => _module = module;

    /// <summary>Finds the module and a PowerShell.</summary>
    /// <exception cref="WorkloadSkippedException">One of them does not exist.</exception>
    public static async Task<ModuleShell> FindAsync()
    {
        var module = Path.GetFullPath(Path.Combine("out", "Valkeyrie"));
        if (!File.Exists(Path.Combine(module, "Valkeyrie.psd1")))
        {
            throw new WorkloadSkippedException("there is no out/Valkeyrie; run the task build first, and the benchmark from the repository's root");
        }

        try
        {
            await RunAsync("-Command", "1");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new WorkloadSkippedException("there is no pwsh on PATH");
        }

        return new ModuleShell(module);
    }

    /// <summary>Runs a script that prints the duration of its work in milliseconds.</summary>
    /// <param name="script">The file of the script, next to this program. Its first parameter is the module.</param>
    /// <param name="arguments">Its other parameters.</param>
    public async Task<TimeSpan> MeasureAsync(string script, params string[] arguments)
    {
        var output = await RunAsync(["-File", Path.Combine(AppContext.BaseDirectory, script), _module, .. arguments]);
        return TimeSpan.FromMilliseconds(double.Parse(output, CultureInfo.InvariantCulture));
    }

    /// <summary>Starts a PowerShell and waits for its end.</summary>
    /// <param name="command">The command to run after importing the module; null to end immediately, without the module.</param>
    public async Task StartAsync(string? command) => await RunAsync("-Command", command is null ? "exit" : $"Import-Module '{_module}'; {command}; exit");

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", .. arguments]) { RedirectStandardOutput = true };

        // These runs have their own default file, and send no telemetry.
        start.Environment["XDG_DATA_HOME"] = start.Environment["LOCALAPPDATA"] = Directory.CreateDirectory(Path.Combine("out", "bench")).FullName;
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"pwsh ended with exit code {process.ExitCode}: {output}");
    }
}
