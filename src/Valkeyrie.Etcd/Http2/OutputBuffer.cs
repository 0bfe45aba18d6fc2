using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Http2;

/// <summary>The bytes to send to the peer, in a growing, pooled buffer. Not thread-safe: its connection's lock guards it.</summary>
internal sealed class OutputBuffer
{
    private const int FirstLength = 16_384;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void WriteByte(byte value) => Reserve(1)[0] = value;

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Writes the header of a frame; its payload follows.</summary>
    public void WriteHeader(FrameType type, FrameFlags flags, int streamId, int length) =>
        new FrameHeader(length, type, flags, streamId).Write(Reserve(FrameHeader.Size));

    /// <summary>Writes a whole frame with a number as payload.</summary>
    public void WriteNumberFrame(FrameType type, int streamId, uint value)
    {
        WriteHeader(type, FrameFlags.None, streamId, sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(Reserve(sizeof(uint)), value);
    }

    /// <summary>Sets the length of a frame whose header was written before its payload was known.</summary>
    public void FinishFrame(int headerAt)
    {
        var length = Length - headerAt - FrameHeader.Size;
        _buffer[headerAt] = (byte)(length >> 16);
        _buffer[headerAt + 1] = (byte)(length >> 8);
        _buffer[headerAt + 2] = (byte)length;
    }

    /// <summary>Reserves room for a number of bytes, which count as written.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + count));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var room = _buffer.AsSpan(Length, count);
        Length += count;
        return room;
    }
}
