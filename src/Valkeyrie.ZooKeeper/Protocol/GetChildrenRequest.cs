using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Reads the names of the nodes directly below a node, in no particular order.</summary>
/// <inheritdoc cref="ReadRequest{TReply}"/>
internal sealed class GetChildrenRequest(string path, bool synced, bool watch = false) : ReadRequest<NodeChildren>(OpCode.GetChildren2, path, synced, watch)
{
    public override NodeChildren Read(ref JuteReader reader)
    {
        var names = new string[reader.ReadCount(shortest: sizeof(int))];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.ReadString();
        }

        return new NodeChildren(names, NodeStat.Read(ref reader));
    }
}
