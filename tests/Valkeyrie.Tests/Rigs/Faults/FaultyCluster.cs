namespace Valkeyrie.Tests.Rigs;

/// <summary>A cluster of three with a proxy before each member, so members can die, stop and return, and the connections to them can break in any way
/// that a network can.</summary>
internal sealed class FaultyCluster : IFaultyServers
{
    /// <summary>How long a server that owes an answer can be silent in these tests.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1);

    private readonly TcpProxy[] _proxies;

    private FaultyCluster(EtcdCluster etcd)
    {
        Etcd = etcd;
        _proxies = [.. Enumerable.Range(0, EtcdCluster.Size).Select(member => new TcpProxy(etcd.PortOf(member)))];
    }

    public EtcdCluster Etcd { get; }

    public static async Task<FaultyCluster> StartAsync(EtcdServerOptions? options = null) =>
        new(await EtcdCluster.StartAsync((options ?? new EtcdServerOptions()) with { KeepAliveMinTime = KeepAlive / 10 }));

    public TcpProxy ProxyOf(int member) => _proxies[member];

    public string AddressBy(int member) => $"etcd://{_proxies[member].Endpoint}";

    public string Address => AddressFrom(0);

    public async Task RestartLeaderAsync(TimeSpan after)
    {
        var leader = await Etcd.LeaderAsync() ?? 0;
        Etcd.Kill(leader);
        await Task.Delay(after);
        await Etcd.RestartAsync(leader);
    }

    /// <summary>Gets the address through the proxies, with the specified member first.</summary>
    public string AddressFrom(int member) =>
        "etcd://" + string.Join(',', Enumerable.Range(0, EtcdCluster.Size).Select(i => _proxies[(member + i) % EtcdCluster.Size].Endpoint));

    /// <summary>Applies a fault, and reverts it after its duration.</summary>
    public async Task SufferAsync(Fault fault)
    {
        var member = fault.OfLeader ? await Etcd.LeaderAsync() ?? fault.Member : fault.Member;
        var proxy = _proxies[member];
        switch (fault.Kind)
        {
            case FaultKind.Cut:
                proxy.Cut();
                await Task.Delay(fault.Lasting);
                break;
            case FaultKind.CutAll:
                Array.ForEach(_proxies, p => p.Cut());
                await Task.Delay(fault.Lasting);
                break;
            case FaultKind.Forget:
                proxy.Forget();
                await Task.Delay(fault.Lasting);
                break;
            case FaultKind.Refuse:
                proxy.Refuse();
                await Task.Delay(fault.Lasting);
                proxy.Accept();
                break;
            case FaultKind.RefuseAll:
                Array.ForEach(_proxies, p => p.Refuse());
                await Task.Delay(fault.Lasting);
                Array.ForEach(_proxies, p => p.Accept());
                break;
            case FaultKind.Stall:
                proxy.Stall();
                await Task.Delay(fault.Lasting);
                proxy.Flow();
                break;
            case FaultKind.Swallow:
                proxy.Swallow();
                await Task.Delay(fault.Lasting);
                proxy.Pass();
                break;
            case FaultKind.SlowAll:
                Array.ForEach(_proxies, p => p.Slow(fault.Lasting / 20));
                await Task.Delay(fault.Lasting);
                Array.ForEach(_proxies, p => p.Slow(TimeSpan.Zero));
                break;
            case FaultKind.Suspend:
                Etcd.Suspend(member);
                await Task.Delay(fault.Lasting);
                Etcd.Resume(member);
                break;
            case FaultKind.Kill:
                Etcd.Kill(member);
                await Task.Delay(fault.Lasting);
                await Etcd.RestartAsync(member);
                break;
        }
    }

    /// <summary>Returns when every member serves again.</summary>
    public Task WaitUntilWholeAsync() => Task.WhenAll(Enumerable.Range(0, EtcdCluster.Size).Select(Etcd.WaitUntilReadyAsync));

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await Etcd.DisposeAsync();
    }
}
