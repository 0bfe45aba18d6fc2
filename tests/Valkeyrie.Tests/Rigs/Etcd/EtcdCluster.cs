namespace Valkeyrie.Tests.Rigs;

/// <summary>A real etcd cluster with three members, each of which can be killed, suspended and restarted.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    public const int Size = 3;

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

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

    /// <summary>The address with all members.</summary>
    public string Address => "etcd://" + string.Join(',', _members.Select(m => m.Endpoint));

    public static async Task<EtcdCluster> StartAsync(EtcdServerOptions? options = null)
    {
        options ??= new EtcdServerOptions();
        if (options.EnableV2)
        {
            EtcdBinary.WithV2(options);
        }

        var cluster = new EtcdCluster(options);
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

    public int PortOf(int member) => _members[member].Port;

    /// <summary>The JSON interface of a member.</summary>
    public EtcdGateway GatewayOf(int member) => new(PortOf(member));

    /// <summary>The leading member; null if no reachable member reports one.</summary>
    public async Task<int?> LeaderAsync()
    {
        for (var member = 0; member < Size; member++)
        {
            try
            {
                if (await GatewayOf(member).LeadsAsync().WaitAsync(AnswerPatience))
                {
                    return member;
                }
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException or TimeoutException or TaskCanceledException)
            {
                // Dead, stopped, or without a leader.
            }
        }

        return null;
    }

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
        var port = LoopbackPorts.Take();
        var endpoint = $"127.0.0.1:{port}";
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
        return new Member(endpoint, port, healthPort, new EtcdProcess(arguments));
    }

    private sealed record Member(string Endpoint, int Port, int HealthPort, EtcdProcess Process);
}
