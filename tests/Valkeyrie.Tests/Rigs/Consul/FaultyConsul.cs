using Valkeyrie.Consul;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A Consul server behind three proxies.</summary>
internal sealed class FaultyConsul : IFaultyServers
{
    private const int Ways = 3;

    private readonly ConsulAgent _agent;
    private readonly TcpProxy[] _proxies;

    private FaultyConsul(ConsulAgent agent)
    {
        _agent = agent;
        _proxies = [.. Enumerable.Range(0, Ways).Select(_ => new TcpProxy(agent.Port))];
    }

    public string Address => $"{ConsulStore.Scheme}://{string.Join(',', _proxies.Select(p => p.Endpoint))}";

    public static async Task<FaultyConsul> StartAsync()
    {
        ConsulStore.Register();
        return new(await ConsulAgent.StartAsync());
    }

    public TcpProxy ProxyOf(int member) => _proxies[member];

    public string AddressBy(int member) => $"{ConsulStore.Scheme}://{_proxies[member].Endpoint}";

    public async Task RestartLeaderAsync(TimeSpan after)
    {
        _agent.Kill();
        await Task.Delay(after);
        await _agent.StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await _agent.DisposeAsync();
    }
}
