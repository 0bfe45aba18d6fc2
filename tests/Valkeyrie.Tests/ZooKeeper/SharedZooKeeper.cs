using Valkeyrie.Tests.ZooKeeper;

[assembly: AssemblyFixture(typeof(SharedZooKeeper))]

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>One ZooKeeper that all test classes share; each test keeps to nodes of its own.</summary>
public sealed class SharedZooKeeper : IAsyncLifetime
{
    private ZooKeeperServer? _server;

    internal ZooKeeperServer Server => ZooKeeperBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = ZooKeeperBinary.IsInstalled ? await ZooKeeperServer.StartAsync("extendedTypesEnabled=true") : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
