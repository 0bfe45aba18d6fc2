using System.Buffers;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine.Http;

/// <summary>Reads a response's body into pooled memory and parses it as it arrives.</summary>
public sealed class ReplyBody : IDisposable
{
    /// <summary>The buffer size for most responses about a single key, in bytes.</summary>
    internal const int SingleLength = 4 << 10;

    /// <summary>The buffer size for responses with a whole tree, in bytes.</summary>
    internal const int TreeLength = 128 << 10;

    // One value with each byte escaped; no server accepts a longer one in a request.
    private const int MaxTokenLength = 128 << 20;

    private readonly Stream _stream;
    private readonly IReplyParser _parser;
    private byte[] _buffer;
    private int _length;

    internal ReplyBody(Stream stream, IReplyParser parser, int bufferLength)
    {
        _stream = stream;
        _parser = parser;
        _buffer = ArrayPool<byte>.Shared.Rent(bufferLength);
    }

    /// <summary>The number of received bytes.</summary>
    public long Received { get; private set; }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Waits for bytes and parses them.</summary>
    /// <returns>False at the end of the body.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_length == _buffer.Length)
        {
            Grow();
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
        _length += read;
        Received += read;
        var consumed = _parser.Read(_buffer.AsSpan(0, _length), final: read == 0);
        _length -= consumed;
        _buffer.AsSpan(consumed, _length).CopyTo(_buffer);
        return read > 0;
    }

    private void Grow()
    {
        if (_buffer.Length >= MaxTokenLength)
        {
            throw new ReplyException("its reply contains a text that is longer than any key or value.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
