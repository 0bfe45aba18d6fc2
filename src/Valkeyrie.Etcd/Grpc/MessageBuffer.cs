using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The framed messages of a stream as their bytes arrive, in pooled memory. A value within its stream, since every call has one; not
/// thread-safe.</summary>
internal struct MessageBuffer
{
    // A length that a broken server merely claims must not cost its memory: beyond this, the buffer grows only as bytes arrive.
    private const int TrustedLength = 16 << 20;

    private byte[] _buffer = [];
    private byte[] _taken = [];
    private int _start;
    private int _end;

    public MessageBuffer()
    {
    }

    public readonly bool IsEmpty => _start == _end;

    /// <summary>The length that the next message claims to have; null while that is not known.</summary>
    public readonly long? NextLength =>
        _end - _start >= MessageFrame.HeaderLength ? BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1)) : null;

    /// <summary>True if a whole message is there.</summary>
    public readonly bool HasNext => NextLength is { } length && _end - _start - MessageFrame.HeaderLength >= length;

    /// <summary>True if there is more than a whole message.</summary>
    public readonly bool HasMoreThanOne => NextLength is { } length && _end - _start - MessageFrame.HeaderLength > length;

    /// <summary>True if the next message says that it is compressed. Only while its length is known.</summary>
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

    /// <summary>Takes the next message where it is. Valid until more is appended.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var (from, length) = Advance();
        return _buffer.AsMemory(from, length);
    }

    /// <summary>Moves the next message out of the buffer that goes on filling: the whole buffer, if it holds nothing else. Valid until the next is
    /// taken so.</summary>
    public ReadOnlyMemory<byte> TakeAside()
    {
        var (from, length) = Advance();
        if (_start == _end)
        {
            (_taken, _buffer) = (_buffer, _taken);
            _start = _end = 0;
            return _taken.AsMemory(from, length);
        }

        if (_taken.Length < length)
        {
            Return(ref _taken);
            _taken = ArrayPool<byte>.Shared.Rent(length);
        }

        _buffer.AsSpan(from, length).CopyTo(_taken);
        return _taken.AsMemory(0, length);
    }

    /// <summary>Hands over the buffer that holds the message taken last.</summary>
    public byte[] Detach()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        return buffer;
    }

    /// <summary>Gives the memory back.</summary>
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
