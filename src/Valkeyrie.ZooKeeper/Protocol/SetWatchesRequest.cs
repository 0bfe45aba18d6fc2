using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Restores watches on another connection of their session.</summary>
/// <param name="zxid">The newest transaction known to the session: later changes that a one-time watch would have reported are reported at once.</param>
/// <param name="data">Existing nodes with a one-time watch.</param>
/// <param name="recursive">Nodes with a permanent watch on them and all nodes below.</param>
internal sealed class SetWatchesRequest(long zxid, IReadOnlyList<string> data, IReadOnlyList<string> recursive)
    : Request<Nothing>(recursive.Count > 0 ? OpCode.SetWatches2 : OpCode.SetWatches, "/")
{
    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
        writer.WriteLong(zxid);
        Write(writer, data);
        writer.WriteInt(0); // nodes that do not exist
        writer.WriteInt(0); // children
        if (recursive.Count > 0)
        {
            writer.WriteInt(0); // persistent, one node
            Write(writer, recursive);
        }
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;

    private static void Write(JuteWriter writer, IReadOnlyList<string> paths)
    {
        writer.WriteInt(paths.Count);
        foreach (var path in paths)
        {
            writer.WriteString(path);
        }
    }
}
