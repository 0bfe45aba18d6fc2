using System.Buffers;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>Reads a reply's body into pooled memory and parses it as it arrives.</summary>
internal sealed class ReplyBody(Stream stream, ReplyParser parser, int bufferLength) : IDisposable
{
    /// <summary>The buffer size for most replies about a single key, in bytes.</summary>
    public const int SingleLength = 4 << 10;

    /// <summary>The buffer size for replies with a whole tree, in bytes.</summary>
    public const int TreeLength = 128 << 10;

    // One value with each byte escaped; the server accepts no longer one in a request.
    private const int MaxTokenLength = 128 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(bufferLength);
    private int _length;

    /// <summary>The number of received bytes.</summary>
    public long Received { get; private set; }

    /// <summary>True if the body is empty.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Waits for bytes and parses them.</summary>
    /// <returns>False at the end of the body.</returns>
    /// <exception cref="KeysProtocolException">The body is not a reply of the keys API.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_length == _buffer.Length)
        {
            Grow();
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
        IsEmpty &= read == 0;
        if (IsEmpty)
        {
            return false;
        }

        _length += read;
        Received += read;
        var consumed = parser.Read(_buffer.AsSpan(0, _length), final: read == 0);
        _length -= consumed;
        _buffer.AsSpan(consumed, _length).CopyTo(_buffer);
        return read > 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Grow()
    {
        if (_buffer.Length >= MaxTokenLength)
        {
            throw new KeysProtocolException("its reply contains a text that is longer than any key or value.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
