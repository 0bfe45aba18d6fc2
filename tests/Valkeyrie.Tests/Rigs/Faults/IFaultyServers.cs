namespace Valkeyrie.Tests.Rigs;

/// <summary>A store's servers, with a separate proxy for each of three clients; for rounds that only decide about the faults.</summary>
internal interface IFaultyServers : IAsyncDisposable
{
    /// <summary>The store's address through all proxies.</summary>
    string Address { get; }

    /// <summary>Gets the proxy of a member.</summary>
    TcpProxy ProxyOf(int member);

    /// <summary>Gets the store's address through one member's proxy only.</summary>
    string AddressBy(int member);

    /// <summary>Kills the leader and restarts it.</summary>
    Task RestartLeaderAsync() => RestartLeaderAsync(TimeSpan.Zero);

    /// <summary>Kills the leader and restarts it after a time.</summary>
    Task RestartLeaderAsync(TimeSpan after);
}
