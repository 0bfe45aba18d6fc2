using System.Buffers.Binary;
using System.Text;

namespace Valkeyrie.ZooKeeper.Jute;

/// <summary>Writes frames of jute records, one after another, into a growing, reusable buffer.</summary>
internal sealed class JuteWriter
{
    private const int FirstSize = 4 << 10;

    // A large value must not keep its buffer for the rest of a connection.
    private const int LargestKept = 256 << 10;

    private byte[] _buffer = new byte[FirstSize];

    /// <summary>The number of written bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The written bytes.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Reserves space for the length of a frame.</summary>
    /// <returns>The start of the frame, for <see cref="EndFrame"/>.</returns>
    public int BeginFrame()
    {
        var start = Length;
        Take(sizeof(int));
        return start;
    }

    /// <summary>Writes the length of a frame.</summary>
    /// <returns>The length of the frame's content.</returns>
    public int EndFrame(int start)
    {
        var length = Length - start - sizeof(int);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(start), length);
        return length;
    }

    /// <summary>Discards the bytes from a position on.</summary>
    public void Rewind(int start) => Length = start;

    /// <summary>Discards all bytes.</summary>
    public void Clear()
    {
        Length = 0;
        if (_buffer.Length > LargestKept)
        {
            _buffer = new byte[FirstSize];
        }
    }

    public void WriteInt(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void WriteLong(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    public void WriteBool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void WriteBuffer(ReadOnlySpan<byte> value)
    {
        WriteInt(value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Writes a null buffer, which differs from an empty one.</summary>
    public void WriteNullBuffer() => WriteInt(-1);

    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteInt(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    private Span<byte> Take(int length)
    {
        var start = Length;
        var end = checked(start + length);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(end, (int)Math.Min(Array.MaxLength, 2L * _buffer.Length)));
        }

        Length = end;
        return _buffer.AsSpan(start, length);
    }
}
