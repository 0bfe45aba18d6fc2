using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A read of one node.</summary>
/// <param name="op">Its kind.</param>
/// <param name="path">The node.</param>
/// <param name="synced">True to see all that was written before; false to take what the server knows.</param>
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
