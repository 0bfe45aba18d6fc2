namespace Valkeyrie.Tests.Rigs;

/// <summary>A real ZooKeeper with one member on loopback ports and in a private folder.</summary>
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
            // The minimum timeout of a session is 2 ticks.
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
    /// <param name="settings">More lines of its configuration.</param>
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
                // Another process has probably taken a port meanwhile.
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

    /// <summary>Removes all data of a killed server.</summary>
    public void Empty() => Directory.Delete(_folder.File("data"), recursive: true);

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
