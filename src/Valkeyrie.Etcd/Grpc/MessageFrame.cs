using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>A gRPC message with its five bytes of framing (a compression flag and the length), in a pooled buffer.</summary>
internal struct MessageFrame
{
    public const int HeaderLength = 5;

    private byte[] _buffer;
    private int _length;

    /// <summary>The framed message or messages.</summary>
    public readonly ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Creates a frame with room for a message of at most this many bytes.</summary>
    public static MessageFrame Rent(int maxMessageLength) => new() { _buffer = ArrayPool<byte>.Shared.Rent(HeaderLength + maxMessageLength) };

    /// <summary>Creates the frame of a message without fields.</summary>
    public static MessageFrame Empty() => Of(ReadOnlySpan<byte>.Empty);

    /// <summary>Creates the frame of an encoded message.</summary>
    public static MessageFrame Of(ReadOnlySpan<byte> message)
    {
        var frame = Rent(message.Length);
        message.CopyTo(frame.Room);
        frame.Finish(message.Length);
        return frame;
    }

    /// <summary>Creates the frame of a generated message.</summary>
    public static MessageFrame Of(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = Rent(length);
        message.WriteTo(frame.Room[..length]);
        frame.Finish(length);
        return frame;
    }

    /// <summary>Creates the frames of two consecutive messages, for a stream that begins with both.</summary>
    public static MessageFrame Of(IMessage first, IMessage second)
    {
        var frame = Rent(first.CalculateSize() + HeaderLength + second.CalculateSize());
        frame.Append(first);
        frame.Append(second);
        return frame;
    }

    /// <summary>The memory for the message.</summary>
    public readonly Span<byte> Room => _buffer.AsSpan(HeaderLength);

    /// <summary>Completes the frame with the length of the message.</summary>
    public void Finish(int messageLength)
    {
        _buffer[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(1), (uint)messageLength);
        _length = HeaderLength + messageLength;
    }

    private void Append(IMessage message)
    {
        var length = message.CalculateSize();
        _buffer[_length] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length + 1), (uint)length);
        message.WriteTo(_buffer.AsSpan(_length + HeaderLength, length));
        _length += HeaderLength + length;
    }

    /// <summary>Returns the buffer to the pool. It must not be read afterwards.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _buffer!, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
