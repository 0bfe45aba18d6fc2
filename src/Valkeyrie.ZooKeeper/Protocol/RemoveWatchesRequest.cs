using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Ends all watches of a session on a node.</summary>
/// <param name="path">The node.</param>
internal sealed class RemoveWatchesRequest(string path) : Request<Nothing>(OpCode.RemoveWatches, path)
{
    private const int AnyType = 3;

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(AnyType);
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
