using Google.Protobuf;

namespace Valkeyrie.Etcd.V3;

/// <summary>Which keys a request asks for: no reply of an etcd holds another.</summary>
internal readonly struct RequestedKeys
{
    private readonly string? _single;
    private readonly ByteString? _start;
    private readonly ByteString? _end;

    /// <summary>One key.</summary>
    public RequestedKeys(string key) => _single = key;

    /// <summary>An interval, by the bytes that the request sends.</summary>
    /// <param name="start">The first key.</param>
    /// <param name="end">The first key behind the last; a single zero byte for no end; empty where <paramref name="start"/> alone is asked for.</param>
    public RequestedKeys(ByteString start, ByteString end) => (_start, _end) = (start, end);

    /// <summary>Tells whether a key was asked for.</summary>
    /// <param name="bytes">The key as received.</param>
    /// <param name="text">The same as text.</param>
    public bool Contain(ReadOnlySpan<byte> bytes, string text)
    {
        if (_start is null || _end is null)
        {
            return text == _single;
        }

        return _end.IsEmpty
            ? bytes.SequenceEqual(_start.Span)
            : bytes.SequenceCompareTo(_start.Span) >= 0 && (_end.Span is [0] || bytes.SequenceCompareTo(_end.Span) < 0);
    }
}
