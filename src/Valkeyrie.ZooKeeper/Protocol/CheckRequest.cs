using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Within a <see cref="MultiRequest"/>: fails all of it unless a node exists and its data has a version.</summary>
/// <param name="path">The node.</param>
/// <param name="version">The version.</param>
internal sealed class CheckRequest(string path, int version) : Request<Nothing>(OpCode.Check, path)
{
    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(version);
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
