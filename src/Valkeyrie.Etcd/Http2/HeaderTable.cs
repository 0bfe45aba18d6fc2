namespace Valkeyrie.Etcd.Http2;

/// <summary>The header fields to which HPACK refers by number: the static table (RFC 7541, appendix A), then the sent fields, newest first.</summary>
internal sealed class HeaderTable
{
    public const int StaticLength = 61;
    public const int DefaultMaxSize = 4096;

    // RFC 7541, section 4.1.
    private const int EntryOverhead = 32;

    private static readonly (string Name, string Value)[] Static =
    [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"), (":scheme", "http"),
        (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"),
        (":status", "404"), (":status", "500"), ("accept-charset", ""), ("accept-encoding", "gzip, deflate"), ("accept-language", ""),
        ("accept-ranges", ""), ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""),
        ("cache-control", ""), ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""), ("expect", ""),
        ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
        ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
        ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ];

    private readonly List<(string Name, string Value)> _sent = [];
    private int _size;
    private int _maxSize = DefaultMaxSize;

    /// <summary>Gets the field with a number, from 1; null if there is none.</summary>
    public (string Name, string Value)? this[int number] =>
        number is > 0 and <= StaticLength ? Static[number - 1]
        : number > StaticLength && number - StaticLength <= _sent.Count ? _sent[^(number - StaticLength)]
        : null;

    /// <summary>Returns the number of a field in the static table; 0 if it is not in the table.</summary>
    public static int StaticIndexOf(string name, string value) => Array.IndexOf(Static, (name, value)) + 1;

    /// <summary>Returns the number of a name in the static table; 0 if it is not in the table.</summary>
    public static int StaticIndexOf(string name) => Array.FindIndex(Static, f => f.Name == name) + 1;

    /// <summary>Returns the size of a field in a table, as HPACK counts it.</summary>
    public static int SizeOf(string name, string value) => name.Length + value.Length + EntryOverhead;

    public void Add(string name, string value)
    {
        _sent.Add((name, value));
        _size += SizeOf(name, value);
        Evict();
    }

    public void Resize(int maxSize)
    {
        _maxSize = maxSize;
        Evict();
    }

    private void Evict()
    {
        var gone = 0;
        while (_size > _maxSize)
        {
            _size -= SizeOf(_sent[gone].Name, _sent[gone].Value);
            gone++;
        }

        _sent.RemoveRange(0, gone);
    }
}
