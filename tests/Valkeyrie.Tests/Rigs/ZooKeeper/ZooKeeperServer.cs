namespace Valkeyrie.Tests.Rigs;

/// <summary>A real ZooKeeper of one member on loopback ports and in a folder of its own.</summary>
internal sealed class ZooKeeperServer : IAsyncDisposable
{
    private const int StartAttempts = 3;

    private readonly TemporaryFolder _folder;
    private readonly ZooKeeperProcess _process;

    private ZooKeeperServer(TemporaryFolder folder, IReadOnlyList<string> settings)
    {
        _folder = folder;
        Port = LoopbackPorts.Take();
        var configuration = folder.Write("zoo.cfg", string.Join('\n', [
            // Sessions live for 2 ticks at least.
            "tickTime=500",
            "maxSessionTimeout=3600000",
            $"dataDir={folder.File("data")}",
            $"clientPort={Port}",
            "clientPortAddress=127.0.0.1",
            "admin.enableServer=false",
            "forceSync=no",
            "maxClientCnxns=0",
            .. settings]));
        _process = new ZooKeeperProcess(configuration, Port);
    }

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Further lines of its configuration.</param>
    public static async Task<ZooKeeperServer> StartAsync(params string[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = new ZooKeeperServer(new TemporaryFolder(), settings);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < StartAttempts)
            {
                // Most likely somebody else took a port meanwhile.
                await server.DisposeAsync();
            }
        }
    }

    public Task StartAgainAsync()
    {
        _process.Start();
        return _process.WaitUntilReadyAsync();
    }

    public void Kill() => _process.Kill();

    public void Suspend() => _process.Suspend();

    public void Resume() => _process.Resume();

    /// <summary>Removes all that a killed server has stored.</summary>
    public void Empty() => Directory.Delete(_folder.File("data"), recursive: true);

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
