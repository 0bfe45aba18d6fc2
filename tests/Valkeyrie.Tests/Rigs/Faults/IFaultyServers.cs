namespace Valkeyrie.Tests.Rigs;

/// <summary>A store's servers, with a way of its own to them, over a proxy, for each of three clients; for rounds that say only what is done to them.</summary>
internal interface IFaultyServers : IAsyncDisposable
{
    /// <summary>The store's address by way of all proxies.</summary>
    string Address { get; }

    /// <summary>The way to a member.</summary>
    TcpProxy ProxyOf(int member);

    /// <summary>The store's address by way of one member's proxy alone.</summary>
    string AddressBy(int member);

    /// <summary>Kills the leader, and starts it again.</summary>
    Task RestartLeaderAsync() => RestartLeaderAsync(TimeSpan.Zero);

    /// <summary>Kills the leader, and starts it again after a time.</summary>
    Task RestartLeaderAsync(TimeSpan after);
}
