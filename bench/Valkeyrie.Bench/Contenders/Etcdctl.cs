using System.ComponentModel;
using System.Diagnostics;

namespace Valkeyrie.Bench.Contenders;

/// <summary>etcd's own command line client: one process for each call.</summary>
internal sealed class Etcdctl(string binary, string endpoint)
{
    /// <summary>Gets its version; null if it cannot be run.</summary>
    public static async Task<string?> FindVersionAsync(string binary)
    {
        try
        {
            using var process = Start(binary, ["version"]);
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output.Split('\n')[0].Replace("etcdctl version:", "", StringComparison.Ordinal).Trim();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public async ValueTask RunAsync(params string[] arguments)
    {
        using var process = Start(binary, ["--endpoints", endpoint, .. arguments]);
        await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
        }
    }

    private static Process Start(string binary, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(binary, arguments) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ETCDCTL_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // 3.4 and newer use APIv3 by default; an older one needs the variable.
        start.Environment["ETCDCTL_API"] = "3";
        return Process.Start(start)!;
    }
}
