using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A running etcdctl that holds a lock or leads until it is asked to end.</summary>
internal abstract class EtcdControlProcess : IDisposable
{
    private const int InterruptSignal = 2;

    protected EtcdControlProcess(string endpoint, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(EtcdBinary.Control, [$"--endpoints={endpoint}", .. arguments])
        {
            RedirectStandardOutput = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        Process = Process.Start(start)!;
    }

    protected Process Process { get; }

    /// <summary>Reads the next line of its output; null at its end.</summary>
    public async Task<string?> ReadLineAsync() => await Process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);

    /// <summary>Asks it to release and to end.</summary>
    public async Task ReleaseAsync()
    {
        using var kill = Process.Start("kill", [$"-{InterruptSignal}", Process.Id.ToString()]);
        await Process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
        GC.SuppressFinalize(this);
    }
}
