using System.Buffers;
using System.Buffers.Binary;

namespace Valkeyrie.Etcd.Transport;

/// <summary>Reads gRPC messages off a response body into one pooled buffer, which grows to the largest message seen.</summary>
internal sealed class MessageReader(Stream body, long maxMessageLength) : IDisposable
{
    private const int FirstBufferLength = 4096;

    // A length that a broken server merely claims must not cost its memory: beyond this, the buffer grows only as bytes arrive.
    private const int TrustedLength = 16 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferLength);
    private int _start;
    private int _end;

    /// <summary>The next message, valid until the next call; null at the end of the body.</summary>
    /// <exception cref="GrpcProtocolException">The body ends within a message, or the message is compressed though nobody asked for that.</exception>
    /// <exception cref="GrpcMessageTooLargeException">The message is longer than this reader takes.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(Frame.HeaderLength, cancellationToken).ConfigureAwait(false))
        {
            return _start == _end ? null : throw Truncated();
        }

        if (_buffer[_start] != 0)
        {
            throw new GrpcProtocolException("The reply is compressed, which was not asked for.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (length > maxMessageLength)
        {
            throw new GrpcMessageTooLargeException(length);
        }

        _start += Frame.HeaderLength;
        if (!await FillAsync((int)length, cancellationToken).ConfigureAwait(false))
        {
            throw Truncated();
        }

        var message = _buffer.AsMemory(_start, (int)length);
        _start += (int)length;
        return message;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer!, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static GrpcProtocolException Truncated() => new("The reply ends in the middle of a message.");

    /// <summary>Reads until the buffer holds so many bytes; false if the body ends before.</summary>
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            MakeRoom(count);
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        var wanted = (int)Math.Min(count, Math.Max(TrustedLength, 2L * (_end - _start)));
        if (_buffer.Length - _start >= wanted && _end < _buffer.Length)
        {
            return;
        }

        var room = wanted <= _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(wanted);
        _buffer.AsSpan(_start.._end).CopyTo(room);
        if (room != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = room;
        }

        _end -= _start;
        _start = 0;
    }
}
