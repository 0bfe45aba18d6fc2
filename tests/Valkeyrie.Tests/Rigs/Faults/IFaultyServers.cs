namespace Valkeyrie.Tests.Rigs;

/// <summary>Three members of a store's servers, a proxy before each, for rounds that say only what is done to them.</summary>
internal interface IFaultyServers : IAsyncDisposable
{
    /// <summary>The way to a member.</summary>
    TcpProxy ProxyOf(int member);

    /// <summary>The store's address by way of one member's proxy alone.</summary>
    string AddressBy(int member);

    /// <summary>Kills the leader, and starts it again.</summary>
    Task RestartLeaderAsync();
}
