using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Updates the server to the leader's state before it answers the following requests.</summary>
internal sealed class SyncRequest() : Request<Nothing>(OpCode.Sync, "/")
{
    public static SyncRequest Instance { get; } = new();

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer) => writer.WriteString(Path);

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
