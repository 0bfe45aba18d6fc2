using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Transport.Http2;

/// <summary>The kinds of frames (RFC 9113, section 6).</summary>
internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>The flags of frames; which apply depends on the kind.</summary>
[Flags]
#pragma warning disable CA1069 // the same bit means one thing on data and headers, another on settings and pings
internal enum FrameFlags : byte
{
    None = 0,
    EndStream = 1,
    Ack = 1,
    EndHeaders = 4,
    Padded = 8,
    Priority = 0x20,
}
#pragma warning restore CA1069

/// <summary>The parameters of a SETTINGS frame that are used (RFC 9113, section 6.5.2).</summary>
internal enum Setting : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
}

/// <summary>Error codes (RFC 9113, section 7).</summary>
internal enum Http2Error : uint
{
    NoError = 0,
    ProtocolError = 1,
    InternalError = 2,
    FlowControlError = 3,
    SettingsTimeout = 4,
    StreamClosed = 5,
    FrameSizeError = 6,
    RefusedStream = 7,
    Cancel = 8,
    CompressionError = 9,
    ConnectError = 10,
    EnhanceYourCalm = 11,
    InadequateSecurity = 12,
    Http11Required = 13,
}

/// <summary>The nine bytes before each frame's payload (RFC 9113, section 4.1).</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, int StreamId)
{
    public const int Size = 9;

    /// <summary>The longest payload that either side sends unless the other allows more.</summary>
    public const int DefaultMaxLength = 16_384;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        (bytes[0] << 16) | (bytes[1] << 8) | bytes[2],
        (FrameType)bytes[3],
        (FrameFlags)bytes[4],
        (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) & int.MaxValue));

    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)(Length >> 16);
        destination[1] = (byte)(Length >> 8);
        destination[2] = (byte)Length;
        destination[3] = (byte)Type;
        destination[4] = (byte)Flags;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], StreamId);
    }
}

#pragma warning disable CA1032, CA1064 // made in this folder, with all they need, and mapped to a KvException before a caller sees them
/// <summary>The peer breaks the rules of HTTP/2, or says that we do; the connection is of no use any more.</summary>
internal sealed class Http2ProtocolException(Http2Error error, string message) : Exception(message)
{
    public Http2Error Error { get; } = error;
}

/// <summary>The peer ended one stream.</summary>
internal sealed class Http2ResetException(Http2Error error) : Exception($"The server ended the call with the error {error}.")
{
    public Http2Error Error { get; } = error;
}

/// <summary>The connection ended.</summary>
/// <param name="message">How.</param>
/// <param name="notSent">True if the peer said, or it is plain, that it did not act on the call.</param>
/// <param name="inner">The cause.</param>
internal sealed class Http2ConnectionLostException(string message, bool notSent, Exception? inner = null) : Exception(message, inner)
{
    public bool NotSent { get; } = notSent;
}

/// <summary>No connection could be made.</summary>
internal sealed class Http2ConnectException(KvUnreachableReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public KvUnreachableReason Reason { get; } = reason;
}
#pragma warning restore CA1032, CA1064
