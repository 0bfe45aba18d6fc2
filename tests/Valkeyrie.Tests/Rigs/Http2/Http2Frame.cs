using System.Buffers.Binary;
using System.Text;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The types of HTTP/2 frames (RFC 9113 section 6).</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    RstStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>The settings of a peer (RFC 9113 section 6.5.2).</summary>
internal enum Http2Setting
{
    HeaderTableSize = 1,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
}

/// <summary>The bytes of HTTP/2 frames, as a server writes them.</summary>
internal static class Http2Frame
{
    public const int HeaderLength = 9;
    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;
    public const int MaxPayload = 16_384;

    public static byte[] Write(Http2FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    public static byte[] Headers(int streamId, ReadOnlySpan<byte> headerBlock, bool endStream = false) =>
        Write(Http2FrameType.Headers, (byte)(EndHeaders | (endStream ? EndStream : 0)), streamId, headerBlock);

    public static byte[] Headers(int streamId, IEnumerable<(string Name, string Value)> headers, bool endStream = false) =>
        Write(Http2FrameType.Headers, (byte)(EndHeaders | (endStream ? EndStream : 0)), streamId, HeaderBlock(headers));

    public static byte[] Data(int streamId, ReadOnlySpan<byte> payload, bool endStream = false) =>
        Write(Http2FrameType.Data, endStream ? EndStream : (byte)0, streamId, payload);

    public static byte[] RstStream(int streamId, uint errorCode) => Write(Http2FrameType.RstStream, 0, streamId, BigEndian(errorCode));

    public static byte[] GoAway(int lastStreamId, uint errorCode, string text = "") =>
        Write(Http2FrameType.GoAway, 0, 0, [.. BigEndian((uint)lastStreamId), .. BigEndian(errorCode), .. System.Text.Encoding.ASCII.GetBytes(text)]);

    public static byte[] Settings(params (Http2Setting Setting, uint Value)[] settings) => Write(
        Http2FrameType.Settings, 0, 0, [.. settings.SelectMany(s => (byte[])[(byte)((int)s.Setting >> 8), (byte)s.Setting, .. BigEndian(s.Value)])]);

    public static byte[] SettingsAck() => Write(Http2FrameType.Settings, Ack, 0, []);

    public static byte[] WindowUpdate(int streamId, int increment) => Write(Http2FrameType.WindowUpdate, 0, streamId, BigEndian((uint)increment));

    public static byte[] Ping(ReadOnlySpan<byte> opaque, bool ack) => Write(Http2FrameType.Ping, ack ? Ack : (byte)0, 0, opaque);

    /// <summary>HPACK in its simplest form (RFC 7541 section 6.2.3): every field is a literal that is never indexed, without Huffman code.</summary>
    public static byte[] HeaderBlock(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0x10);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    private static byte[] BigEndian(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    private static void AddText(List<byte> block, string text)
    {
        const int PrefixMax = 127;
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = bytes.Length;
        if (length < PrefixMax)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(PrefixMax);
            for (length -= PrefixMax; length >= 128; length >>= 7)
            {
                block.Add((byte)(length & 0x7F | 0x80));
            }

            block.Add((byte)length);
        }

        block.AddRange(bytes);
    }
}
