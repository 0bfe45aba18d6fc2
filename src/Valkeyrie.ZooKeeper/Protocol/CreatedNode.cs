using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A node that was made.</summary>
/// <param name="Path">Its path, with the number that the server appended.</param>
/// <param name="Stat">What the server knows of it.</param>
internal sealed record CreatedNode(string Path, NodeStat Stat)
{
    public static CreatedNode Read(ref JuteReader reader) => new(reader.ReadString(), NodeStat.Read(ref reader));
}
