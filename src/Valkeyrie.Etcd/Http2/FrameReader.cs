using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Parses the peer's frames (RFC 9113, sections 4 and 6), refuses malformed ones, and passes the others on.</summary>
internal sealed class FrameReader(FrameHandlers handlers)
{
    private const int LongestHeaderBlock = 64 << 10;
    private const int PriorityLength = 5;

    private readonly HeaderDecoder _decoder = new();
    private readonly HeaderList _fields = new();
    private bool _greeted;
    private int _headersFor;
    private FrameFlags _headersFlags;
    private ArrayBufferWriter<byte>? _headersBlock;

    /// <summary>Passes every whole frame on; returns the number of consumed bytes.</summary>
    /// <exception cref="Http2ConnectException">The peer does not greet like an HTTP/2 server.</exception>
    /// <exception cref="Http2ProtocolException">The peer violates the protocol; the connection is unusable.</exception>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (bytes.Length - done >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(bytes[done..]);
            if (!_greeted && (header.Type != FrameType.Settings || header.StreamId != 0 || header.Length > FrameHeader.DefaultMaxLength))
            {
                throw new Http2ConnectException(GuessPeer(bytes));
            }

            if (header.Length > FrameHeader.DefaultMaxLength)
            {
                throw WrongLength("it sent a frame that is too long");
            }

            if (bytes.Length - done - FrameHeader.Size < header.Length)
            {
                break;
            }

            OnFrame(header, bytes.Slice(done + FrameHeader.Size, header.Length));
            done += FrameHeader.Size + header.Length;
        }

        return done;
    }

    /// <summary>Describes the first bytes, if they are not an HTTP/2 greeting.</summary>
    private static string GuessPeer(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("HTTP/"u8) ? "It responds with HTTP/1."
        : bytes.Length > 1 && bytes[0] is 0x15 or 0x16 && bytes[1] == 0x03 ? "It speaks TLS; connect with https."
        : "It does not respond like an HTTP/2 server.";

    private static Http2ProtocolException Violation(string what) => new(Http2Error.ProtocolError, what);

    private static Http2ProtocolException WrongLength(string what) => new(Http2Error.FrameSizeError, what);

    private static ReadOnlySpan<byte> Unpad(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!header.Flags.HasFlag(FrameFlags.Padded))
        {
            return payload;
        }

        return !payload.IsEmpty && payload.Length > payload[0] ? payload[1..^payload[0]] : throw Violation("the padding of a frame is longer than the frame");
    }

    private void OnFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_headersFor != 0 && (header.Type != FrameType.Continuation || header.StreamId != _headersFor))
        {
            throw Violation("it interrupted a header block");
        }

        switch (header.Type)
        {
            case FrameType.Data:
                handlers.OnData(header.StreamId, Unpad(header, payload), header.Length, header.Flags.HasFlag(FrameFlags.EndStream));
                break;
            case FrameType.Headers:
                OnHeaders(header, payload);
                break;
            case FrameType.Continuation:
                OnContinuation(header, payload);
                break;
            case FrameType.ResetStream:
                handlers.OnReset(header.StreamId, (Http2Error)Number(payload, "its RST_STREAM frame has the wrong length"));
                break;
            case FrameType.WindowUpdate:
                handlers.OnWindowUpdate(header.StreamId, Number(payload, "its WINDOW_UPDATE frame has the wrong length") & int.MaxValue);
                break;
            case FrameType.PushPromise:
                throw Violation("it pushes a response that was not requested");
            case FrameType.Settings or FrameType.Ping or FrameType.GoAway:
                OnConnectionFrame(header, payload);
                break;
        }
    }

    private static uint Number(ReadOnlySpan<byte> payload, string ifNone) =>
        payload.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(payload) : throw WrongLength(ifNone);

    private void OnHeaders(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var block = Unpad(header, payload);
        if (header.Flags.HasFlag(FrameFlags.Priority))
        {
            block = block.Length >= PriorityLength ? block[PriorityLength..] : throw WrongLength("its headers are truncated");
        }

        if (header.Flags.HasFlag(FrameFlags.EndHeaders))
        {
            OnHeaderBlock(header.StreamId, header.Flags, block);
            return;
        }

        _headersFor = header.StreamId != 0 ? header.StreamId : throw Violation("it sent headers outside a stream");
        _headersFlags = header.Flags;
        _headersBlock = new ArrayBufferWriter<byte>();
        _headersBlock.Write(block);
    }

    private void OnContinuation(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_headersBlock is null || _headersFor == 0)
        {
            throw Violation("it continues a header block that has not begun");
        }

        _headersBlock.Write(payload);
        if (_headersBlock.WrittenCount > LongestHeaderBlock)
        {
            throw new Http2ProtocolException(Http2Error.EnhanceYourCalm, "its headers are too long");
        }

        if (header.Flags.HasFlag(FrameFlags.EndHeaders))
        {
            _headersFor = 0;
            OnHeaderBlock(header.StreamId, _headersFlags, _headersBlock.WrittenSpan);
            _headersBlock = null;
        }
    }

    private void OnHeaderBlock(int streamId, FrameFlags flags, ReadOnlySpan<byte> block)
    {
        _fields.Clear();
        _decoder.Decode(block, _fields);
        handlers.OnHeaders(streamId, _fields, flags.HasFlag(FrameFlags.EndStream));
    }

    private void OnConnectionFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId != 0)
        {
            throw Violation("it names a stream in a frame for the whole connection");
        }

        var acknowledges = header.Flags.HasFlag(FrameFlags.Ack);
        switch (header.Type)
        {
            case FrameType.Settings when payload.Length % SettingEntry.Size != 0 || (acknowledges && !payload.IsEmpty):
                throw WrongLength("its SETTINGS frame has the wrong length");
            case FrameType.Settings when !acknowledges:
                _greeted = true;
                handlers.OnSettings(payload);
                break;
            case FrameType.Ping when payload.Length != sizeof(ulong):
                throw WrongLength("its PING frame has the wrong length");
            case FrameType.Ping when !acknowledges:
                handlers.OnPing(payload);
                break;
            case FrameType.GoAway:
                if (payload.Length < Goodbye.HeaderLength)
                {
                    throw WrongLength("its GOAWAY frame has the wrong length");
                }

                handlers.OnGoAway(Goodbye.Read(payload));
                break;
        }
    }
}
