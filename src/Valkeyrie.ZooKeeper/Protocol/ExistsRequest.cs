using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Reads the metadata of a node, without its data.</summary>
/// <inheritdoc cref="ReadRequest{TReply}"/>
internal sealed class ExistsRequest(string path, bool synced, bool watch = false) : ReadRequest<NodeStat>(OpCode.Exists, path, synced, watch)
{
    public override NodeStat Read(ref JuteReader reader) => NodeStat.Read(ref reader);
}
