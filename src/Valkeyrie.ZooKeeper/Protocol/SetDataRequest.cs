using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Writes the data of a node that exists.</summary>
/// <param name="path">The node.</param>
/// <param name="data">The data; null for none, which is another thing than an empty one.</param>
/// <param name="version">The version that its data must have.</param>
internal sealed class SetDataRequest(string path, ReadOnlyMemory<byte>? data, int version = Request.AnyVersion) : Request<NodeStat>(OpCode.SetData, path)
{
    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        if (data is { } bytes)
        {
            writer.WriteBuffer(bytes.Span);
        }
        else
        {
            writer.WriteNullBuffer();
        }

        writer.WriteInt(version);
    }

    public override NodeStat Read(ref JuteReader reader) => NodeStat.Read(ref reader);
}
