using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.EtcdV2;

/// <summary>etcd's APIv2 under the conformance suite. It lacks all that can be lacked: its values are text, a path is a key or a directory and
/// never both, past revisions are not kept, and there are neither transactions nor leases.</summary>
internal sealed class EtcdV2Rig(EtcdServer server) : IStoreRig
{
    static EtcdV2Rig() => EtcdStore.Register();

    public StoreTraits Traits => StoreTraits.None;

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(AddressOf(server), options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(server.Port);
        return new MortalStore(KvStore.Open($"{EtcdStore.V2Scheme}://{proxy.Endpoint}"), proxy.Refuse, proxy);
    }

    public static string AddressOf(EtcdServer server) => $"{EtcdStore.V2Scheme}://{server.Endpoint}";

    public Task PutRawAsync(byte[] key, byte[] value) => throw new NotSupportedException("Keys are text here.");

    public Task CompactAsync(long revision) => throw new NotSupportedException("There is no history to compact.");

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key) =>
        await store.TryGetAsync(key + KeyRules.LockSuffix) is { } held ? [held] : [];
}
