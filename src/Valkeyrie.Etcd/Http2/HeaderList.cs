namespace Valkeyrie.Etcd.Http2;

/// <summary>The fields of one received header block, in order. Its owner reuses it for the next block.</summary>
internal sealed class HeaderList
{
    // Measured like a header list in RFC 9113, section 6.5.2.
    private const int LongestList = 64 << 10;

    private readonly List<(string Name, string Value)> _fields = [];
    private int _size;

    public int Count => _fields.Count;

    public (string Name, string Value) this[int index] => _fields[index];

    /// <summary>True if the final response follows (RFC 9110, section 15.2).</summary>
    public bool IsInterim
    {
        get
        {
            foreach (var (name, value) in _fields)
            {
                if (name == ":status")
                {
                    return value is ['1', _, _];
                }
            }

            return false;
        }
    }

    public void Clear()
    {
        _fields.Clear();
        _size = 0;
    }

    /// <exception cref="Http2ProtocolException">The list becomes too long.</exception>
    public void Add(string name, string value)
    {
        _size += HeaderTable.SizeOf(name, value);
        if (_size > LongestList)
        {
            throw new Http2ProtocolException(Http2Error.EnhanceYourCalm, "its headers are too long");
        }

        _fields.Add((name, value));
    }
}
