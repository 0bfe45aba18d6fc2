using Valkeyrie.Consul;
using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Consul;

/// <summary>Consul under the conformance suite.</summary>
internal sealed class ConsulRig(ConsulAgent agent) : IStoreRig
{
    static ConsulRig() => ConsulStore.Register();

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(agent.Address, options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(agent.Port);
        return new MortalStore(KvStore.Open($"{ConsulStore.Scheme}://{proxy.Endpoint}"), proxy.Refuse, proxy.Accept, proxy);
    }

    public Task PutRawAsync(byte[] key, byte[] value) => throw new NotSupportedException("JSON has no such keys.");

    public Task CompactAsync(long revision) => throw new NotSupportedException("There is no history to compact.");

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key) =>
        await store.TryGetAsync(key + LockNames.Suffix) is { } held ? [held] : [];
}
