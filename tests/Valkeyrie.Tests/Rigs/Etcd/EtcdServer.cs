namespace Valkeyrie.Tests.Rigs;

/// <summary>A real etcd of one member on loopback ports and a folder of its own.</summary>
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

                // Ready without TLS and certificates, whatever the client port asks for.
                $"--listen-metrics-urls=http://127.0.0.1:{_healthPort}",

                // The shortest lease is one and a half elections: these make it one second.
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
                // Most likely somebody else took a port meanwhile.
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

    /// <summary>Copies what a killed server has on its disk.</summary>
    public TemporaryFolder CopyOfData()
    {
        var copy = new TemporaryFolder();
        Copy(_folder.Path, copy.Path);
        return copy;
    }

    /// <summary>Gives a killed server other data: none, or those of a folder.</summary>
    public void ReplaceData(string? from = null)
    {
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        if (from is not null)
        {
            Copy(from, _folder.Path);
        }
    }

    /// <summary>Makes a snapshot of a running server with etcd's own tool, and turns it into the data of another cluster whose only member this is.</summary>
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
