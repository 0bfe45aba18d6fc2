using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Http2;

/// <summary>A peer's notice that it accepts no more calls (GOAWAY, RFC 9113, section 6.8).</summary>
/// <param name="LastStreamId">The last call on which it may have acted.</param>
/// <param name="Error">The reason.</param>
/// <param name="Text">An additional text, such as <c>too_many_pings</c>; printable and short.</param>
internal readonly record struct Goodbye(uint LastStreamId, Http2Error Error, string Text)
{
    /// <summary>The shortest payload, in bytes.</summary>
    public const int HeaderLength = 2 * sizeof(uint);

    private const int LongestText = 200;

    /// <summary>Reads the frame's payload, which is at least <see cref="HeaderLength"/> long.</summary>
    public static Goodbye Read(ReadOnlySpan<byte> payload)
    {
        var text = payload[HeaderLength..];
        text = text.Length > LongestText ? text[..LongestText] : text;
        return new Goodbye(
            BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue,
            (Http2Error)BinaryPrimitives.ReadUInt32BigEndian(payload[sizeof(uint)..]),
            string.Create(text.Length, text.ToArray(), static (shown, bytes) =>
            {
                for (var i = 0; i < shown.Length; i++)
                {
                    shown[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
                }
            }));
    }

    /// <summary>The reason in words, as the end of a sentence: <c> (EnhanceYourCalm, too_many_pings)</c>; empty for a regular end.</summary>
    public override string ToString() => (Error, Text) switch
    {
        (Http2Error.NoError, null or "") => "",
        (_, null or "") => $" ({Error})",
        _ => $" ({Error}, {Text})",
    };
}
