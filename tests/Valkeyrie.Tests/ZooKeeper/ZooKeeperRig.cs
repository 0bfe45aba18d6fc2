using Valkeyrie.Tests.Conformance;
using Valkeyrie.ZooKeeper;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>ZooKeeper under the conformance suite.</summary>
internal sealed class ZooKeeperRig(ZooKeeperServer server) : IStoreRig
{
    static ZooKeeperRig() => ZooKeeperStore.Register();

    public IKvStore Open(KvStoreOptions? options = null) => KvStore.Open(AddressOf(server), options);

    public MortalStore OpenMortal()
    {
        var proxy = new TcpProxy(server.Port);
        return new MortalStore(KvStore.Open($"{ZooKeeperStore.Scheme}://{proxy.Endpoint}"), proxy.Refuse, proxy.Accept, proxy);
    }

    public static string AddressOf(ZooKeeperServer server) => $"{ZooKeeperStore.Scheme}://{server.Endpoint}";

    public Task PutRawAsync(byte[] key, byte[] value) => throw new NotSupportedException("The server makes text of every path.");

    public Task CompactAsync(long revision) => throw new NotSupportedException("There is no history to compact.");

    public async Task<IReadOnlyList<KvPair>> LockKeysAsync(IKvStore store, string key)
    {
        await using var session = Sessions.Open(server.Endpoint);
        var path = $"/{store.Info.Namespace}{key}{LockNames.Suffix}";
        var children = await session.CallAsync(new GetChildrenRequest(path, synced: true));
        return children.IsOk ? [.. children.Value.Names.Select(n => new KvPair { Key = $"{key}{LockNames.Suffix}/{n}" })] : [];
    }
}
