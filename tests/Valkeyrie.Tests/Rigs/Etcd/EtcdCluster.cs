namespace Valkeyrie.Tests.Rigs;

/// <summary>A real etcd of three members, each of which can be killed, suspended and started again.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    public const int Size = 3;

    private const int StartAttempts = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly List<Member> _members = [];

    private EtcdCluster(EtcdServerOptions options)
    {
        var peerUrls = Enumerable.Range(0, Size).Select(_ => $"http://127.0.0.1:{LoopbackPorts.Take()}").ToList();
        var cluster = string.Join(',', peerUrls.Select((url, i) => $"m{i}={url}"));
        for (var i = 0; i < Size; i++)
        {
            _members.Add(NewMember(i, peerUrls[i], cluster, options));
        }
    }

    /// <summary>The address that names all members.</summary>
    public string Address => "etcd://" + string.Join(',', _members.Select(m => m.Endpoint));

    public static async Task<EtcdCluster> StartAsync(EtcdServerOptions? options = null)
    {
        var cluster = new EtcdCluster(options ?? new EtcdServerOptions());
        try
        {
            foreach (var member in cluster._members)
            {
                member.Process.Start();
            }

            await Task.WhenAll(cluster._members.Select(m => EtcdHealth.WaitUntilReadyAsync(m.Process, m.HealthPort)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public string EndpointOf(int member) => _members[member].Endpoint;

    public void Kill(int member) => _members[member].Process.Kill();

    public void Suspend(int member) => _members[member].Process.Suspend();

    public void Resume(int member) => _members[member].Process.Resume();

    public Task RestartAsync(int member)
    {
        _members[member].Process.Kill();
        _members[member].Process.Start();
        return WaitUntilReadyAsync(member);
    }

    public Task WaitUntilReadyAsync(int member) => EtcdHealth.WaitUntilReadyAsync(_members[member].Process, _members[member].HealthPort);

    public ValueTask DisposeAsync()
    {
        _members.ForEach(m => m.Process.Dispose());
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Member NewMember(int index, string peerUrl, string cluster, EtcdServerOptions options)
    {
        var endpoint = $"127.0.0.1:{LoopbackPorts.Take()}";
        var healthPort = LoopbackPorts.Take();
        var data = _folder.File($"m{index}");
        List<string> arguments =
        [
            $"--name=m{index}",
            $"--data-dir={data}",
            $"--listen-client-urls=http://{endpoint}",
            $"--advertise-client-urls=http://{endpoint}",
            $"--listen-peer-urls={peerUrl}",
            $"--initial-advertise-peer-urls={peerUrl}",
            $"--initial-cluster={cluster}",
            $"--listen-metrics-urls=http://127.0.0.1:{healthPort}",
            "--logger=zap",
            "--log-level=error",
            .. options.Arguments(),
        ];
        return new Member(endpoint, healthPort, new EtcdProcess(arguments));
    }

    private sealed record Member(string Endpoint, int HealthPort, EtcdProcess Process);
}
