using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A created node.</summary>
/// <param name="Path">The path, with the number that the server appended.</param>
/// <param name="Stat">The node's metadata.</param>
internal sealed record CreatedNode(string Path, NodeStat Stat)
{
    public static CreatedNode Read(ref JuteReader reader) => new(reader.ReadString(), NodeStat.Read(ref reader));
}
