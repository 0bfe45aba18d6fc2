using Valkeyrie.Tests.Etcd;

[assembly: AssemblyFixture(typeof(SharedEtcd))]

namespace Valkeyrie.Tests.Etcd;

/// <summary>One etcd that all test classes share; each test keeps to keys of its own.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    internal EtcdServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await EtcdServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>An etcd of a test class's own, for what would disturb others.</summary>
public sealed class OwnEtcd : IAsyncLifetime
{
    internal EtcdServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await EtcdServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
