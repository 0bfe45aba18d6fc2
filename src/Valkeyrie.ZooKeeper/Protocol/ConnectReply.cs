using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>The first frame from a server.</summary>
/// <param name="Timeout">The timeout of the session; zero if the requested session has expired.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Password">The session's password.</param>
internal sealed record ConnectReply(TimeSpan Timeout, long SessionId, byte[] Password)
{
    /// <summary>Longer than any frame of a server: a password has 16 bytes.</summary>
    public const int LongestFrame = 256;

    public static ConnectReply Read(ref JuteReader reader)
    {
        reader.ReadInt(); // the version of the protocol; only one exists
        var timeout = reader.ReadInt();
        var id = reader.ReadLong();
        return new ConnectReply(TimeSpan.FromMilliseconds(Math.Max(0, timeout)), id, reader.ReadBuffer() ?? []);
    }

    /// <summary>The session and its timeout. The default text of a record would show the password.</summary>
    public override string ToString() => $"Session {SessionId:x}, {Timeout.TotalSeconds:0.###} s";
}
