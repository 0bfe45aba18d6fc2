using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Reads a node with its data.</summary>
/// <inheritdoc cref="ReadRequest{TReply}"/>
internal sealed class GetDataRequest(string path, bool synced, bool watch = false) : ReadRequest<NodeData>(OpCode.GetData, path, synced, watch)
{
    public override NodeData Read(ref JuteReader reader) => new(reader.ReadBuffer(), NodeStat.Read(ref reader));
}
