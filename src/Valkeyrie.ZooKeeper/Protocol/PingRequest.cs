using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Keeps a session alive, and checks that the server is still there.</summary>
internal sealed class PingRequest() : Request<Nothing>(OpCode.Ping, "/")
{
    public static PingRequest Instance { get; } = new();

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
