using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>A cluster that can be broken, with a store on the connection to each of its members, and one past all faults.</summary>
internal sealed class FaultyClients : IAsyncDisposable
{
    private FaultyClients(FaultyCluster cluster, TimeSpan timeout)
    {
        Cluster = cluster;
        Stores = [.. Enumerable.Range(0, EtcdCluster.Size).Select(member => Open(cluster.AddressFrom(member), timeout))];
        Direct = Open(cluster.Etcd.Address, timeout);
    }

    public FaultyCluster Cluster { get; }

    /// <summary>One store for each member, which it uses first.</summary>
    public List<IKvStore> Stores { get; }

    public IKvStore Direct { get; }

    public static async Task<FaultyClients> StartAsync(TimeSpan timeout)
    {
        EtcdStore.Register();
        return new(await FaultyCluster.StartAsync(), timeout);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Stores.Select(store => store.DisposeAsync().AsTask()));
        await Direct.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static IKvStore Open(string address, TimeSpan timeout) =>
        KvStore.Open(address, new KvStoreOptions { Timeout = timeout, KeepAlive = FaultyCluster.KeepAlive });
}
