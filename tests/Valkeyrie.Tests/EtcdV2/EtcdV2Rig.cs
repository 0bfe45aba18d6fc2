using Valkeyrie.Etcd;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.EtcdV2;

/// <summary>etcd's APIv2 under the conformance suite, which it lacks a lot of.</summary>
internal sealed class EtcdV2Rig(EtcdServer server) : IStoreRig
{
    static EtcdV2Rig() => EtcdStore.Register();

    public IReadOnlyDictionary<StoreTraits, string> Lacks { get; } = new Dictionary<StoreTraits, string>
    {
        [StoreTraits.History] = "etcd v2 keeps no history: nothing can be read at an older revision, and a watch finds no more than the last 1000 changes.",
        [StoreTraits.BinaryValues] = "etcd v2 keeps values as text: bytes that are not UTF-8 are refused.",
        [StoreTraits.KeysAsWritten] = "etcd v2 has real directories: a path is a key or a directory and never both, and its slashes and dots are folded.",
        [StoreTraits.InvalidKeys] = "etcd v2 answers in JSON text: a key that is not UTF-8 comes back as another one.",
        [StoreTraits.Transactions] = "etcd v2 has no transactions: a request is about one key.",
        [StoreTraits.Leases] = "etcd v2 has no leases: a time to live belongs to one key, and renewing it moves that key's revision on.",
        [StoreTraits.LockQueue] = "etcd v2 has one key for a lock: those who wait for it have no order among them.",
        [StoreTraits.Versions] = "etcd v2 does not count how often a key was written, and every plain put creates it anew.",
    };

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(AddressOf(server), options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(server.Port);
        return new MortalStore(KvStore.Open($"{EtcdStore.V2Scheme}://{proxy.Endpoint}"), proxy.Refuse, proxy);
    }

    public static string AddressOf(EtcdServer server) => $"{EtcdStore.V2Scheme}://{server.Endpoint}";

    public Task PutRawAsync(byte[] key, byte[] value) => throw new NotSupportedException("Others cannot store such keys here so that they could be told apart.");

    public Task CompactAsync(long revision) => throw new NotSupportedException("There is no history to compact.");

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key) =>
        await store.TryGetAsync(key + KeyRules.LockSuffix) is { } held ? [held] : [];
}
