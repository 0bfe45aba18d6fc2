using Valkeyrie.Tests.Etcd;

[assembly: AssemblyFixture(typeof(SharedEtcd))]

namespace Valkeyrie.Tests.Etcd;

/// <summary>One etcd that all test classes share; each test keeps to keys of its own.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    private EtcdServer? _server;

    internal EtcdServer Server => EtcdBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = EtcdBinary.IsInstalled ? await EtcdServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>An etcd of a test class's own, for what would disturb others.</summary>
public sealed class OwnEtcd : IAsyncLifetime
{
    private EtcdServer? _server;

    internal EtcdServer Server => EtcdBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = EtcdBinary.IsInstalled ? await EtcdServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
