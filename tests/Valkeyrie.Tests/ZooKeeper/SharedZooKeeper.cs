using Valkeyrie.Tests.ZooKeeper;

[assembly: AssemblyFixture(typeof(SharedZooKeeper))]

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>One ZooKeeper for all test classes. Each test uses its own nodes.</summary>
public sealed class SharedZooKeeper : IAsyncLifetime
{
    private ZooKeeperServer? _server;

    internal ZooKeeperServer Server => ZooKeeperBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = ZooKeeperBinary.IsInstalled ? await ZooKeeperServer.StartAsync("extendedTypesEnabled=true") : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
