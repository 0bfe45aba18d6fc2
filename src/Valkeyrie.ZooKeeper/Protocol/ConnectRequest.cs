using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The first frame on a connection: requests a new session, or an existing one.</summary>
/// <param name="LastZxid">The newest transaction known to the session. A server that does not know it yet refuses.</param>
/// <param name="Timeout">The requested timeout of the session.</param>
/// <param name="SessionId">The session; 0 for a new one.</param>
/// <param name="Password">The session's password; empty for a new one.</param>
internal sealed record ConnectRequest(long LastZxid, TimeSpan Timeout, long SessionId, byte[] Password)
{
    private const int ProtocolVersion = 0;

    public void Write(JuteWriter writer)
    {
        var start = writer.BeginFrame();
        writer.WriteInt(ProtocolVersion);
        writer.WriteLong(LastZxid);
        writer.WriteInt((int)Timeout.TotalMilliseconds);
        writer.WriteLong(SessionId);
        writer.WriteBuffer(Password);
        writer.WriteBool(false); // do not accept a read-only server
        writer.EndFrame(start);
    }

    /// <summary>The session. The default text of a record would show the password.</summary>
    public override string ToString() => $"Session {SessionId:x}";
}
