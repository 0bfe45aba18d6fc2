namespace Valkeyrie.Tests.Rigs;

/// <summary>A running <c>etcdctl lock</c>, which our locks must exclude.</summary>
internal sealed class EtcdControlLock : EtcdControlProcess
{
    public EtcdControlLock(string endpoint, string name)
        : this(endpoint, name, [])
    {
    }

    private EtcdControlLock(string endpoint, string name, string[] command)
        : base(endpoint, ["lock", "--ttl=5", name, .. command]) => Held = Process.StandardOutput.ReadLineAsync();

    /// <summary>Completes when the lock is held, with the lock's own key.</summary>
    public Task<string?> Held { get; }

    /// <summary>Runs a shell command under the lock.</summary>
    public static async Task RunAsync(string endpoint, string name, string command)
    {
        using var running = new EtcdControlLock(endpoint, name, ["--", "sh", "-c", command]);
        await running.Process.WaitForExitAsync();
        Assert.Equal(0, running.Process.ExitCode);
    }
}
