using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A read of one node.</summary>
/// <param name="op">The kind of read.</param>
/// <param name="path">The node.</param>
/// <param name="synced">True to see every earlier write; false to let the server answer from its own state.</param>
/// <param name="watch">True for one notification of the node's next change.</param>
internal abstract class ReadRequest<TReply>(OpCode op, string path, bool synced, bool watch) : Request<TReply>(op, path)
{
    public override bool IsRepeatable => true;

    public override bool NeedsSync => synced;

    public override void Write(JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteBool(watch);
    }
}
