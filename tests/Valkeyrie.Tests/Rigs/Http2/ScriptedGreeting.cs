namespace Valkeyrie.Tests.Rigs;

/// <summary>What a <see cref="ScriptedHttp2Peer"/> says first: by the protocol, its settings.</summary>
internal sealed record ScriptedGreeting(ReadOnlyMemory<byte> Bytes)
{
    public static ScriptedGreeting Plain { get; } = new(Http2Frame.Settings());

    public static ScriptedGreeting With(params (Http2Setting Setting, uint Value)[] settings) => new(Http2Frame.Settings(settings));
}
