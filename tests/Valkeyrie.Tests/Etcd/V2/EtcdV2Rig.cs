using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>etcd's APIv2 under the conformance suite, much of which it does not promise.</summary>
internal sealed class EtcdV2Rig(EtcdServer server) : IStoreRig
{
    static EtcdV2Rig() => EtcdStore.Register();

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(AddressOf(server), options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(server.Port);
        return new MortalStore(KvStore.Open($"{EtcdStore.V2Scheme}://{proxy.Endpoint}"), proxy.Refuse, proxy.Accept, proxy);
    }

    public static string AddressOf(EtcdServer server) => $"{EtcdStore.V2Scheme}://{server.Endpoint}";

    public Task PutRawAsync(byte[] key, byte[] value) => throw new NotSupportedException("Others cannot store such keys here so that they could be told apart.");

    public Task CompactAsync(long revision) => throw new NotSupportedException("There is no history to compact.");

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key) =>
        await store.TryGetAsync(key + LockNames.Suffix) is { } held ? [held] : [];
}
