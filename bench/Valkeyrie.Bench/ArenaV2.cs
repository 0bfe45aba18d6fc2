using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;

namespace Valkeyrie.Bench;

/// <summary>A second server, which serves APIv2, and its clients.</summary>
internal sealed class ArenaV2(EtcdServer server) : IAsyncDisposable
{
    public BareV2Client Bare { get; } = new(server.Endpoint);

    public IKvStore Store { get; } = KvStore.Open($"etcdv2://{server.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>Starts the server.</summary>
    /// <exception cref="WorkloadSkippedException">This etcd no longer supports APIv2.</exception>
    public static async Task<ArenaV2> StartAsync(string etcd, string? parentFolder)
    {
        try
        {
            return new ArenaV2(await EtcdServer.StartAsync(etcd, parentFolder, ["--enable-v2=true"]));
        }
        catch (InvalidOperationException e)
        {
            throw new WorkloadSkippedException("this etcd does not start with APIv2: " + e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Bare.Dispose();
        await server.DisposeAsync();
    }
}
