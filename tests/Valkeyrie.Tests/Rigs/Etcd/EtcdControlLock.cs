using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A running <c>etcdctl lock</c>: the other party where our locks must exclude etcd's own tools.</summary>
internal sealed class EtcdControlLock : IDisposable
{
    private const int InterruptSignal = 2;

    private readonly Process _process;

    public EtcdControlLock(string endpoint, string name)
        : this(endpoint, name, [])
    {
    }

    private EtcdControlLock(string endpoint, string name, string[] command)
    {
        var start = new ProcessStartInfo(EtcdBinary.Control, [$"--endpoints={endpoint}", "lock", "--ttl=5", name, .. command])
        {
            RedirectStandardOutput = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        _process = Process.Start(start)!;
        Held = _process.StandardOutput.ReadLineAsync();
    }

    /// <summary>Ends when the lock is held, with the lock's own key.</summary>
    public Task<string?> Held { get; }

    /// <summary>Runs a command of the shell under the lock.</summary>
    public static async Task RunAsync(string endpoint, string name, string command)
    {
        using var running = new EtcdControlLock(endpoint, name, ["--", "sh", "-c", command]);
        await running._process.WaitForExitAsync();
        Assert.Equal(0, running._process.ExitCode);
    }

    /// <summary>Asks it to release the lock and go.</summary>
    public async Task ReleaseAsync()
    {
        using var kill = Process.Start("kill", [$"-{InterruptSignal}", _process.Id.ToString()]);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
