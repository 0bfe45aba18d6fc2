using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Requests a notification for every change of a node and of all nodes below it, which need not exist. ZooKeeper 3.6 and newer.</summary>
/// <param name="path">The node.</param>
internal sealed class AddWatchRequest(string path) : Request<Nothing>(OpCode.AddWatch, path)
{
    private const int PersistentRecursive = 1;

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteInt(PersistentRecursive);
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
