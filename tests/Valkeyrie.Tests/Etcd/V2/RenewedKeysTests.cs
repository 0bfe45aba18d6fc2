using Valkeyrie.Etcd.V2;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Keys that are renewed in the background, without a server.</summary>
public sealed class RenewedKeysTests
{
    [Fact]
    public async Task A_write_that_ends_after_its_store_has_closed_begins_no_renewal()
    {
        var info = new KvStoreInfo("etcdv2", "etcdv2://127.0.0.1:1", [], "", null, EtcdV2Store.Promises);
        await using var channel = new KeysChannel([new Uri("http://127.0.0.1:1")], new KvStoreOptions(), info);
        var keys = new RenewedKeys(channel);
        await keys.DisposeAsync();
        Assert.Throws<KvStoreClosedException>(() => keys.BeginKeeping("/k", "k", index: 1, ttlSeconds: 60, writtenAt: 0, lost: null));
    }
}
