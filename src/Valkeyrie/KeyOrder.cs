namespace Valkeyrie;

/// <summary>The order in which stores list keys: by the bytes of the key. For valid text this is the order of the code points.</summary>
public static class KeyOrder
{
    private const char FirstSurrogate = '\uD800';
    private const char AfterSurrogates = '\uE000';

    /// <summary>Compares two keys.</summary>
    /// <param name="a">The first key.</param>
    /// <param name="b">The second key.</param>
    /// <returns>Below zero if <paramref name="a"/> comes first, zero if the keys are equal, above zero if <paramref name="b"/> comes first.</returns>
    public static int Compare(string a, string b) => Compare(a.AsSpan(), b.AsSpan());

    /// <inheritdoc cref="Compare(string, string)"/>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var at = a.CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
        {
            return a.Length - b.Length;
        }

        return IsEscapedByte(a, at) || IsEscapedByte(b, at) ? CompareBytes(a, b) : Rank(a[at]) - Rank(b[at]);
    }

    // See KeyText: a lone low surrogate represents a byte that is not UTF-8.
    private static bool IsEscapedByte(ReadOnlySpan<char> key, int at) =>
        char.IsLowSurrogate(key[at]) && (at == 0 || !char.IsHighSurrogate(key[at - 1]));

    private static int CompareBytes(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        KeyText.Encode(a.ToString()).AsSpan().SequenceCompareTo(KeyText.Encode(b.ToString()));

    // In UTF-16, surrogates sort before U+E000 to U+FFFF, although they represent higher code points.
    private static int Rank(char c) => c < FirstSurrogate ? c : c < AfterSurrogates ? c + 0x10000 : c;
}
