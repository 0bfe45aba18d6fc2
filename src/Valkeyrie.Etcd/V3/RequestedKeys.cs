namespace Valkeyrie.Etcd.V3;

/// <summary>The keys of a request: no etcd reply contains others.</summary>
internal readonly struct RequestedKeys
{
    // etcd's notation for "no end" in a range_end, and for "from the first key" in a key.
    private static readonly byte[] Zero = [0];

    private readonly string? _single;
    private readonly byte[] _start;
    private readonly byte[] _end;

    /// <summary>Creates the keys of a request for one key.</summary>
    public RequestedKeys(string key) => (_single, _start, _end) = (key, [], []);

    /// <summary>Creates the keys of a request for an interval.</summary>
    /// <param name="start">The bytes of the first key; empty for the first of all keys.</param>
    /// <param name="end">The bytes of the key after the last; null for no end; empty for only <paramref name="start"/>.</param>
    public RequestedKeys(byte[] start, byte[]? end) => (_start, _end) = (start.Length == 0 ? Zero : start, end ?? Zero);

    /// <summary>All keys of the server, in any namespace.</summary>
    public static RequestedKeys Everything { get; } = new([], null);

    /// <summary>The field <c>key</c> of the request.</summary>
    public byte[] Start => _start;

    /// <summary>The field <c>range_end</c> of the request.</summary>
    public byte[] End => _end;

    /// <summary>Checks whether a key was requested.</summary>
    /// <param name="bytes">The received bytes of the key.</param>
    /// <param name="text">The key as text.</param>
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
