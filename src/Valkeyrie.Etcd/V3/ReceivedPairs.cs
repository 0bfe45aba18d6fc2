using System.Buffers;
using System.Collections;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>The pairs of a long reply, kept in the received buffer and decoded when they are used: the last key, which the request for the next page needs, is
/// known at once, and the rest is decoded while that page is under way.</summary>
internal sealed class ReceivedPairs : IReadOnlyList<KvPair>, IDisposable
{
    private const int FirstCapacity = 1024;

    private readonly Replies _replies;
    private readonly ReadOnlyMemory<byte> _message;
    private readonly RequestedKeys _asked;
    private readonly bool _keyOnly;
    private readonly string _endpoint;
    private byte[]? _buffer;
    private int[] _starts = ArrayPool<int>.Shared.Rent(FirstCapacity);

    /// <summary>Creates an empty list.</summary>
    /// <param name="replies">Decodes a pair.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="buffer">The pooled buffer of the reply, which this object now owns.</param>
    /// <param name="asked">The requested keys.</param>
    /// <param name="keyOnly">True if values were not requested.</param>
    public ReceivedPairs(Replies replies, Reply reply, byte[] buffer, RequestedKeys asked, bool keyOnly)
    {
        _asked = asked;
        _replies = replies;
        _message = reply.Message;
        _endpoint = reply.Endpoint;
        _buffer = buffer;
        _keyOnly = keyOnly;
    }

    public int Count { get; private set; }

    public KvPair this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            try
            {
                return _replies.Pair(_message.Span.Slice(_starts[2 * index], _starts[(2 * index) + 1]), _asked, _keyOnly);
            }
            catch (EtcdProtocolException e)
            {
                // The call has already returned, so this is the only place that can report a typed error.
                throw new KvUnreachableException(
                    KvUnreachableReason.Protocol, $"The server at {_endpoint} does not speak etcd's protocol: {e.Message}", e) { Endpoint = _endpoint };
            }
        }
    }

    /// <summary>Adds the position of the next pair.</summary>
    public void Add(int start, int length)
    {
        if (_starts.Length < 2 * (Count + 1))
        {
            var larger = ArrayPool<int>.Shared.Rent(_starts.Length * 2);
            _starts.CopyTo(larger, 0);
            ArrayPool<int>.Shared.Return(_starts);
            _starts = larger;
        }

        _starts[2 * Count] = start;
        _starts[(2 * Count) + 1] = length;
        Count++;
    }

    public IEnumerator<KvPair> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<int>.Shared.Return(_starts);
        }
    }
}
