using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Writes the data of an existing node.</summary>
/// <param name="path">The node.</param>
/// <param name="data">The data; null for none, which differs from empty data.</param>
/// <param name="version">The required version of its data.</param>
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
