using System.Text;

namespace Valkeyrie.Etcd.Http2;

/// <summary>Decodes header blocks (HPACK, RFC 7541). All blocks must be decoded in the order in which they arrive, even if they are not needed.</summary>
internal sealed class HeaderDecoder
{
    private readonly HeaderTable _table = new();

    /// <summary>Decodes a block and adds its fields to a list.</summary>
    /// <exception cref="Http2ProtocolException">The block is invalid, or the list becomes too long.</exception>
    public void Decode(ReadOnlySpan<byte> block, HeaderList fields)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                // Section 6.1: a field of the table.
                var (name, value) = Field(Number(ref block, 7));
                fields.Add(name, value);
            }
            else if ((first & 0xC0) == 0x40)
            {
                // Section 6.2.1: a literal that enters the table.
                var (name, value) = Literal(ref block, 6);
                _table.Add(name, value);
                fields.Add(name, value);
            }
            else if ((first & 0xE0) == 0x20)
            {
                // Section 6.3: the table's size, never above the announced one.
                var size = Number(ref block, 5);
                _table.Resize(size <= HeaderTable.DefaultMaxSize ? size : throw Malformed());
            }
            else
            {
                // Sections 6.2.2 and 6.2.3: a literal that does not enter the table.
                var (name, value) = Literal(ref block, 4);
                fields.Add(name, value);
            }
        }
    }

    private static Http2ProtocolException Malformed() => new(Http2Error.CompressionError, "its headers cannot be decoded");

    private static int Number(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var mask = (1 << prefixBits) - 1;
        var value = block[0] & mask;
        block = block[1..];
        if (value < mask)
        {
            return value;
        }

        for (var shift = 0; shift <= 21; shift += 7)
        {
            if (block.IsEmpty)
            {
                throw Malformed();
            }

            var octet = block[0];
            block = block[1..];
            value += (octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private static string Text(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty)
        {
            throw Malformed();
        }

        var huffman = (block[0] & 0x80) != 0;
        var length = Number(ref block, 7);
        if (length > block.Length)
        {
            throw Malformed();
        }

        var encoded = block[..length];
        block = block[length..];
        if (!huffman)
        {
            return Encoding.Latin1.GetString(encoded);
        }

        // The shortest code has five bits.
        var room = (length * 8 / 5) + 1;
        Span<byte> text = room <= 512 ? stackalloc byte[room] : new byte[room];
        var written = HuffmanCode.Decode(encoded, text);
        return written >= 0 ? Encoding.Latin1.GetString(text[..written]) : throw Malformed();
    }

    private (string Name, string Value) Field(int number) => _table[number] ?? throw Malformed();

    private (string Name, string Value) Literal(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var number = Number(ref block, prefixBits);
        var name = number == 0 ? Text(ref block) : Field(number).Name;
        return (name, Text(ref block));
    }
}
