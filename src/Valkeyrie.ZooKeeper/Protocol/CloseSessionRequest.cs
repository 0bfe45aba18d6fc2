using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Ends a session, and with it its ephemeral nodes.</summary>
internal sealed class CloseSessionRequest() : Request<Nothing>(OpCode.CloseSession, "/")
{
    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
