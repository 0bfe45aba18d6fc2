using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>An etcd with APIv2 for one test class.</summary>
public sealed class OwnEtcdV2 : IAsyncLifetime
{
    private EtcdServer? _server;

    static OwnEtcdV2() => EtcdStore.Register();

    internal EtcdServer Server => EtcdBinary.Started(EtcdBinary.WithV2(_server));

    internal string Address => EtcdV2Rig.AddressOf(Server);

    public async ValueTask InitializeAsync() => _server = EtcdBinary.KnowsV2 ? await EtcdServer.StartAsync(new EtcdServerOptions { EnableV2 = true }) : null;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The base of tests on their own etcd, with a store and a directory for each test.</summary>
public abstract class EtcdV2Tests(OwnEtcdV2 etcd) : IClassFixture<OwnEtcdV2>, IAsyncDisposable
{
    protected OwnEtcdV2 Etcd { get; } = etcd;

    protected IKvStore Store { get; } = KvStore.Open(etcd.Address);

    /// <summary>A directory that no other test uses.</summary>
    protected string Root { get; } = $"test-{Guid.NewGuid():n}";

    protected string At(string name) => $"{Root}/{name}";

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to watch the test's own directory, and returns when the watch has certainly begun.</summary>
    internal async Task<RunningWatch> WatchRootAsync(KvWatchOptions? options = null)
    {
        await Store.PutAsync(At("-begun"), "");
        var watching = RunningWatch.Tree(Store, Root, options);
        await watching.UntilAsync(e => e.Key == At("-begun"));
        return watching;
    }

    internal static KvPutOptions Directory(TimeSpan? ttl = null) => new() { Directory = true, Ttl = ttl };
}
