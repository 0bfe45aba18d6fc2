using Valkeyrie.Tests.Etcd;

[assembly: AssemblyFixture(typeof(SharedEtcd))]

namespace Valkeyrie.Tests.Etcd;

/// <summary>One etcd for all test classes. Each test uses its own keys.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    private EtcdServer? _server;

    internal EtcdServer Server => EtcdBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = EtcdBinary.IsInstalled ? await EtcdServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>An etcd for one test class, for tests that would disturb others.</summary>
public sealed class OwnEtcd : IAsyncLifetime
{
    private EtcdServer? _server;

    internal EtcdServer Server => EtcdBinary.Started(_server);

    public async ValueTask InitializeAsync() => _server = EtcdBinary.IsInstalled ? await EtcdServer.StartAsync() : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
