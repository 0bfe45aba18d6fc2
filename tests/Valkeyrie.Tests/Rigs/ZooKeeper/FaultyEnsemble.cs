using Valkeyrie.ZooKeeper;

namespace Valkeyrie.Tests.Rigs;

/// <summary>An ensemble of three with a proxy before each member.</summary>
internal sealed class FaultyEnsemble : IFaultyServers
{
    private readonly TcpProxy[] _proxies;

    private FaultyEnsemble(ZooKeeperEnsemble members)
    {
        Members = members;
        _proxies = [.. members.Members.Select(m => new TcpProxy(m.Port))];
    }

    public ZooKeeperEnsemble Members { get; }

    /// <summary>The address through all proxies.</summary>
    public string Address => $"{ZooKeeperStore.Scheme}://{string.Join(',', _proxies.Select(p => p.Endpoint))}";

    public static async Task<FaultyEnsemble> StartAsync()
    {
        ZooKeeperStore.Register();
        return new(await ZooKeeperEnsemble.StartAsync());
    }

    public TcpProxy ProxyOf(int member) => _proxies[member];

    public string AddressBy(int member) => $"{ZooKeeperStore.Scheme}://{_proxies[member].Endpoint}";

    public async Task RestartLeaderAsync(TimeSpan after)
    {
        var leader = await Members.LeaderAsync();
        leader.Kill();
        await Task.Delay(after);
        leader.Start();
        await leader.WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await Members.DisposeAsync();
    }
}
