using System.Buffers;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine.Http;

/// <summary>Reads an answer's body into pooled memory, and has it parsed as it comes.</summary>
public sealed class ReplyBody : IDisposable
{
    /// <summary>Enough for most answers about a single key.</summary>
    internal const int SingleLength = 4 << 10;

    /// <summary>For answers that hold a whole tree.</summary>
    internal const int TreeLength = 128 << 10;

    // One value with each of its bytes escaped; no server takes a longer one in a request.
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

    /// <summary>How many bytes have come in.</summary>
    public long Received { get; private set; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Reads and parses what has come in, waiting for some.</summary>
    /// <returns>False at the end.</returns>
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
            throw new ReplyException("its reply holds a text that is longer than any key or value.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
