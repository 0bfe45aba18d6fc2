using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Removes a node without children.</summary>
/// <param name="path">The node.</param>
/// <param name="version">The required version of its data.</param>
internal sealed class DeleteRequest(string path, int version = Request.AnyVersion) : Request<Nothing>(OpCode.Delete, path)
{
    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(version);
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
