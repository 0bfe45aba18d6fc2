namespace Valkeyrie.Etcd.V3;

/// <summary>Which keys a request asks for: no reply of an etcd holds another.</summary>
internal readonly struct RequestedKeys
{
    // etcd's way to say "no end" in a range_end, and "from the first key" in a key.
    private static readonly byte[] Zero = [0];

    private readonly string? _single;
    private readonly byte[] _start;
    private readonly byte[] _end;

    /// <summary>One key.</summary>
    public RequestedKeys(string key) => (_single, _start, _end) = (key, [], []);

    /// <summary>An interval.</summary>
    /// <param name="start">The first key, by its bytes; empty for the first one of all.</param>
    /// <param name="end">The first key behind the last; null for no end; empty if <paramref name="start"/> alone is asked for.</param>
    public RequestedKeys(byte[] start, byte[]? end) => (_start, _end) = (start.Length == 0 ? Zero : start, end ?? Zero);

    /// <summary>All keys of the server, in whatever namespace.</summary>
    public static RequestedKeys Everything { get; } = new([], null);

    /// <summary>What the request for an interval says in <c>key</c>.</summary>
    public byte[] Start => _start;

    /// <summary>What it says in <c>range_end</c>.</summary>
    public byte[] End => _end;

    /// <summary>Checks whether a key was asked for.</summary>
    /// <param name="bytes">The key as received.</param>
    /// <param name="text">The same as text.</param>
    public bool Contain(ReadOnlySpan<byte> bytes, string text)
    {
        if (_single is not null)
        {
            return text == _single;
        }

        return _end.Length == 0
            ? bytes.SequenceEqual(_start)
            : bytes.SequenceCompareTo(_start) >= 0 && (_end is [0] || bytes.SequenceCompareTo(_end) < 0);
    }
}
