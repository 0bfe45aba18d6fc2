using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The framed messages of a stream as their bytes arrive, in pooled memory. A value type inside its stream, because every call has one; not
/// thread-safe.</summary>
internal struct MessageBuffer
{
    // A wrong length from a broken server must not allocate that much memory: above this limit, the buffer grows only as bytes arrive.
    private const int TrustedLength = 16 << 20;

    private byte[] _buffer = [];
    private byte[] _taken = [];
    private int _start;
    private int _end;

    public MessageBuffer()
    {
    }

    public readonly bool IsEmpty => _start == _end;

    /// <summary>The stated length of the next message; null while it is not known.</summary>
    public readonly long? NextLength =>
        _end - _start >= MessageFrame.HeaderLength ? BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1)) : null;

    /// <summary>True if a whole message has arrived.</summary>
    public readonly bool HasNext => NextLength is { } length && _end - _start - MessageFrame.HeaderLength >= length;

    /// <summary>True if more than a whole message has arrived.</summary>
    public readonly bool HasMoreThanOne => NextLength is { } length && _end - _start - MessageFrame.HeaderLength > length;

    /// <summary>True if the next message is marked as compressed. Read it only while the length is known.</summary>
    public readonly bool IsNextCompressed => _buffer[_start] != 0;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_buffer.Length - _end < data.Length)
        {
            MakeRoom(_end - _start + data.Length);
        }

        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
    }

    /// <summary>Takes the next message in place. Valid until more bytes are appended.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var (from, length) = Advance();
        return _buffer.AsMemory(from, length);
    }

    /// <summary>Moves the next message out of the receiving buffer: the whole buffer, if it contains nothing else. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> TakeAside()
    {
        var (from, length) = Advance();
        if (_start == _end)
        {
            (_taken, _buffer) = (_buffer, _taken);
            _start = _end = 0;
            return _taken.AsMemory(from, length);
        }

        // The shorter one is copied: the message, or the bytes after it.
        var rest = _end - _start;
        var copied = Math.Min(length, rest);
        if (_taken.Length < copied)
        {
            Return(ref _taken);
            _taken = ArrayPool<byte>.Shared.Rent(copied);
        }

        if (length <= rest)
        {
            _buffer.AsSpan(from, length).CopyTo(_taken);
            return _taken.AsMemory(0, length);
        }

        _buffer.AsSpan(_start, rest).CopyTo(_taken);
        (_taken, _buffer) = (_buffer, _taken);
        (_start, _end) = (0, rest);
        return _taken.AsMemory(from, length);
    }

    /// <summary>Hands over the buffer that holds the message taken aside last.</summary>
    public byte[] DetachAside()
    {
        var taken = _taken;
        _taken = [];
        return taken;
    }

    /// <summary>Transfers the buffer with the last taken message to the caller.</summary>
    public byte[] Detach()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        return buffer;
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Return()
    {
        Return(ref _buffer);
        Return(ref _taken);
        _start = _end = 0;
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private (int From, int Length) Advance()
    {
        var from = _start + MessageFrame.HeaderLength;
        var length = (int)NextLength!.Value;
        _start = from + length;
        return (from, length);
    }

    private void MakeRoom(int needed)
    {
        var message = (NextLength ?? 0) + MessageFrame.HeaderLength;
        var wanted = (int)Math.Min(Math.Max(needed * 2L, Math.Min(message, TrustedLength)), Array.MaxLength);
        var room = wanted / 2 <= _buffer.Length && needed <= _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(wanted, needed));
        _buffer.AsSpan(_start.._end).CopyTo(room);
        if (room != _buffer)
        {
            Return(ref _buffer);
            _buffer = room;
        }

        _end -= _start;
        _start = 0;
    }
}
