namespace Valkeyrie.Tests.Rigs;

/// <summary>The first bytes of a <see cref="ScriptedHttp2Peer"/>: in the protocol, its settings.</summary>
internal sealed record ScriptedGreeting(ReadOnlyMemory<byte> Bytes)
{
    public static ScriptedGreeting Plain { get; } = new(Http2Frame.Settings());

    public static ScriptedGreeting With(params (Http2Setting Setting, uint Value)[] settings) => new(Http2Frame.Settings(settings));
}
