using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Etcd;

/// <summary>etcd's APIv3 under the conformance suite.</summary>
internal sealed class EtcdV3Rig(EtcdServer server) : IStoreRig
{
    static EtcdV3Rig() => EtcdStore.Register();

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(server.Address, options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(server.Port);
        return new MortalStore(KvStore.Open(proxy.Address), proxy.Refuse, proxy.Accept, proxy);
    }

    public Task PutRawAsync(byte[] key, byte[] value) => server.Gateway.PutAsync(key, value);

    public Task CompactAsync(long revision) => server.Gateway.CompactAsync(revision);

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key)
    {
        var read = new KvOperation.Read(KvRange.Prefix(LockNames.DirectoryOf(key)));
        var result = await store.GetCapability<IKvTransactions>().CommitAsync(new KvTransaction { Then = [read] });
        return result.Results[0].Pairs;
    }
}
