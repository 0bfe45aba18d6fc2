using System.Text;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Encodes the headers of requests (HPACK, RFC 7541). A recurring field enters the peer's table once, and then costs one byte.</summary>
/// <param name="address">The peer's address.</param>
internal sealed class HeaderEncoder(Uri address)
{
    private readonly HeaderField _scheme = new(":scheme", address.Scheme);
    private readonly HeaderField _authority = new(":authority", address.Authority);

    // A small list, mostly found by reference: searching it is faster than hashing the texts.
    private readonly List<HeaderField> _indexed = [];
    private int _indexedSize;
    private bool _mayIndex = true;
    private bool _mustGiveUpTable;

    /// <summary>Records the size of the peer's table. If it is smaller than the default, fields are sent as literals from then on.</summary>
    public void SetPeerTableSize(uint size)
    {
        if (size >= HeaderTable.DefaultMaxSize)
        {
            return;
        }

        _mayIndex = false;
        _mustGiveUpTable = true;
        _indexed.Clear();
    }

    public void Encode(in RequestHeaders headers, OutputBuffer output)
    {
        if (_mustGiveUpTable)
        {
            // Section 4.2: a smaller table is confirmed at the start of the next block, here by an empty table.
            output.WriteByte(0x20);
            _mustGiveUpTable = false;
        }

        Encode(_scheme, output);
        Encode(_authority, output);
        foreach (var field in headers.Constant)
        {
            Encode(field, output);
        }

        foreach (var field in headers.Further ?? [])
        {
            Encode(field, output);
        }
    }

    private static void Number(OutputBuffer output, int pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            output.WriteByte((byte)(pattern | value));
            return;
        }

        output.WriteByte((byte)(pattern | mask));
        for (value -= mask; value >= 0x80; value >>= 7)
        {
            output.WriteByte((byte)(value | 0x80));
        }

        output.WriteByte((byte)value);
    }

    private static void Text(OutputBuffer output, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(output, 0, 7, length);
        Encoding.UTF8.GetBytes(text, output.Reserve(length));
    }

    private void Encode(HeaderField field, OutputBuffer output)
    {
        if (field.StaticIndex > 0)
        {
            Number(output, 0x80, 7, field.StaticIndex);
            return;
        }

        var enters = field.Indexing == HeaderIndexing.Table && _mayIndex;
        if (enters && IndexOf(field) is > 0 and var index)
        {
            Number(output, 0x80, 7, index);
            return;
        }

        enters = enters && TryEnter(field);
        var (pattern, prefixBits) = enters ? (0x40, 6) : field.Indexing == HeaderIndexing.Never ? (0x10, 4) : (0, 4);
        Number(output, pattern, prefixBits, field.StaticNameIndex);
        if (field.StaticNameIndex == 0)
        {
            Text(output, field.Name);
        }

        Text(output, field.Value);
    }

    private int IndexOf(HeaderField field)
    {
        for (var order = 0; order < _indexed.Count; order++)
        {
            if (_indexed[order].Is(field))
            {
                // Section 2.3.3: the newest entry of the table has the lowest number.
                return HeaderTable.StaticLength + _indexed.Count - order;
            }
        }

        return 0;
    }

    // The table never evicts an entry, so its numbers are known without a copy of it: a field that no longer fits is sent as a literal.
    private bool TryEnter(HeaderField field)
    {
        var size = _indexedSize + HeaderTable.SizeOf(field.Name, field.Value);
        if (size > HeaderTable.DefaultMaxSize)
        {
            return false;
        }

        _indexedSize = size;
        _indexed.Add(field);
        return true;
    }
}
