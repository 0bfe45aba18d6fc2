using System.Text;
using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Signs a connection in by user and password (scheme <c>digest</c>).</summary>
/// <param name="credential">The user and password.</param>
internal sealed class AuthRequest(KvCredential credential) : Request<Nothing>(OpCode.Auth, "/")
{
    public const string Scheme = "digest";

    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer)
    {
        writer.WriteInt(0); // a type that ZooKeeper ignores
        writer.WriteString(Scheme);
        writer.WriteBuffer(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.GetPassword()}"));
    }

    public override Nothing Read(ref JuteReader reader) => Nothing.Instance;
}
