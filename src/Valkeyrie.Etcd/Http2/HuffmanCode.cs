namespace Valkeyrie.Etcd.Http2;

/// <summary>The Huffman code of HPACK (RFC 7541, appendix B), built from its code lengths, which define it because the code is canonical.</summary>
internal static class HuffmanCode
{
    private const int LongestCode = 30;

    private static readonly byte[] Lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30, // the end-of-string symbol, which no text may hold
    ];

    // For each length: the first code of that length, and the index of its first symbol in the list of symbols by length.
    private static readonly uint[] FirstCode = new uint[LongestCode + 2];
    private static readonly int[] FirstSymbol = new int[LongestCode + 2];
    private static readonly int[] Symbols = new int[Lengths.Length];

    static HuffmanCode()
    {
        uint code = 0;
        var symbol = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            code <<= 1;
            FirstCode[length] = code;
            FirstSymbol[length] = symbol;
            for (var candidate = 0; candidate < Lengths.Length; candidate++)
            {
                if (Lengths[candidate] == length)
                {
                    Symbols[symbol++] = candidate;
                    code++;
                }
            }
        }

        FirstSymbol[LongestCode + 1] = symbol;
    }

    /// <summary>Decodes a text. The destination must be 8/5 of its length.</summary>
    /// <returns>The number of written bytes; -1 if the text is not valid.</returns>
    public static int Decode(ReadOnlySpan<byte> encoded, Span<byte> destination)
    {
        var written = 0;
        uint code = 0;
        var length = 0;
        foreach (var octet in encoded)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | (uint)((octet >> bit) & 1);
                length++;
                if (length > LongestCode)
                {
                    return -1;
                }

                var offset = code - FirstCode[length];
                if (code < FirstCode[length] || offset >= (uint)(FirstSymbol[length + 1] - FirstSymbol[length]))
                {
                    continue;
                }

                var symbol = Symbols[FirstSymbol[length] + (int)offset];
                if (symbol > byte.MaxValue)
                {
                    return -1;
                }

                destination[written++] = (byte)symbol;
                code = 0;
                length = 0;
            }
        }

        // The rest is padding: fewer than eight ones.
        return length < 8 && code == (1u << length) - 1 ? written : -1;
    }
}
