namespace Valkeyrie.Tests.Rigs;

/// <summary>A real etcd with one member on loopback ports and a private folder.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    private const int StartAttempts = 5;

    private readonly TemporaryFolder _folder;
    private readonly EtcdProcess _process;
    private readonly int _healthPort;
    private readonly string _peerUrl;

    private EtcdServer(EtcdServerOptions options, TemporaryFolder folder)
    {
        _folder = folder;
        _healthPort = LoopbackPorts.Take();
        Port = LoopbackPorts.Take();
        var clientUrl = $"{(options.Tls is null ? "http" : "https")}://127.0.0.1:{Port}";
        _peerUrl = $"http://127.0.0.1:{LoopbackPorts.Take()}";
        _process = new EtcdProcess(
            [
                "--name=alone",
                $"--data-dir={folder.Path}",
                $"--listen-client-urls={clientUrl}",
                $"--advertise-client-urls={clientUrl}",
                $"--listen-peer-urls={_peerUrl}",
                $"--initial-advertise-peer-urls={_peerUrl}",
                $"--initial-cluster=alone={_peerUrl}",

                // Readiness is checked without TLS and certificates, whatever the client port requires.
                $"--listen-metrics-urls=http://127.0.0.1:{_healthPort}",

                // The shortest lease is one and a half election timeouts: these values make it one second.
                "--heartbeat-interval=50",
                "--election-timeout=500",
                "--logger=zap",
                "--log-level=error",
                .. options.Arguments(),
            ]);
    }

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    public string Address => $"etcd://{Endpoint}";

    public string PeerUrl => _peerUrl;

    /// <summary>The server's JSON interface; only for servers without TLS.</summary>
    public EtcdGateway Gateway => new(Port);

    public static async Task<EtcdServer> StartAsync(EtcdServerOptions? options = null)
    {
        options ??= new EtcdServerOptions();
        if (options.EnableV2)
        {
            EtcdBinary.WithV2(options);
        }

        for (var attempt = 1; ; attempt++)
        {
            var server = new EtcdServer(options, new TemporaryFolder());
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
        return EtcdHealth.WaitUntilReadyAsync(_process, _healthPort);
    }

    public void Kill() => _process.Kill();

    /// <summary>Copies the data of a killed server.</summary>
    public TemporaryFolder CopyOfData()
    {
        var copy = new TemporaryFolder();
        Copy(_folder.Path, copy.Path);
        return copy;
    }

    /// <summary>Replaces the data of a killed server: by none, or by those of a folder.</summary>
    public void ReplaceData(string? from = null)
    {
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        if (from is not null)
        {
            Copy(from, _folder.Path);
        }
    }

    /// <summary>Takes a snapshot of a running server with etcd's own tool, and restores it as another cluster with this server as its only member.</summary>
    public TemporaryFolder RestoredSnapshot()
    {
        using var work = new TemporaryFolder();
        var snapshot = work.File("snapshot");
        EtcdBinary.Run(EtcdBinary.Control, $"--endpoints={Endpoint}", "snapshot", "save", snapshot);
        var restored = new TemporaryFolder();
        EtcdBinary.Run(
            EtcdBinary.Utility,
            "snapshot",
            "restore",
            snapshot,
            $"--data-dir={restored.File("data")}",
            "--name=alone",
            $"--initial-cluster=alone={_peerUrl}",
            $"--initial-advertise-peer-urls={_peerUrl}",
            "--initial-cluster-token=restored");
        return restored;
    }

    public void Suspend() => _process.Suspend();

    public void Resume() => _process.Resume();

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
