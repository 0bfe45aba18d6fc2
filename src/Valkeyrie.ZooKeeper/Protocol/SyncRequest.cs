using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Lets the server that is asked know all that the leader knows, before it answers what follows.</summary>
internal sealed class SyncRequest() : Request<Nothing>(OpCode.Sync, "/")
{
    public static SyncRequest Instance { get; } = new();

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer) => writer.WriteString(Path);

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
