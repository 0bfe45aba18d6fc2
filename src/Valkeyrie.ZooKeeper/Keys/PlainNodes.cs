using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Nodes that exist until they are removed.</summary>
internal sealed class PlainNodes(Nodes nodes) : NodeKind(nodes)
{
    protected override async ValueTask<(ErrorCode Error, KvPair? Pair)> TryCreateAsync(
        string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var reply = await Nodes.CallAsync(Nodes.Create(path, value), key, cancellationToken).ConfigureAwait(false);
        return (reply.Error, reply.IsOk ? Keys.Nodes.PairOf(key, value.ToArray(), reply.Value.Stat) : null);
    }

    protected override async ValueTask<(ErrorCode Error, KvPair? Pair)> TryReplaceAsync(
        string path, string key, ReadOnlyMemory<byte> value, int version, CancellationToken cancellationToken)
    {
        var request = new MultiRequest(new DeleteRequest(path, version), Nodes.Create(path, null), new SetDataRequest(path, value));
        return EndOf(await Nodes.CallAsync(request, key, cancellationToken).ConfigureAwait(false), key, value, ttl: null);
    }
}
