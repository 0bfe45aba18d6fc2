namespace Valkeyrie;

/// <summary>The order in which stores list keys: by the bytes of the key, which for valid text is the order of its code points.</summary>
public static class KeyOrder
{
    private const char FirstSurrogate = '\uD800';
    private const char AfterSurrogates = '\uE000';

    /// <summary>Compares two keys.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    /// <returns>Below zero if the one comes first, zero if they are the same, above zero if the other comes first.</returns>
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

    // See KeyText: a low surrogate by itself stands for a byte that is not UTF-8.
    private static bool IsEscapedByte(ReadOnlySpan<char> key, int at) =>
        char.IsLowSurrogate(key[at]) && (at == 0 || !char.IsHighSurrogate(key[at - 1]));

    private static int CompareBytes(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        KeyText.Encode(a.ToString()).AsSpan().SequenceCompareTo(KeyText.Encode(b.ToString()));

    // In UTF-16 surrogates, which stand for code points above all others, come before the last of the plain ones.
    private static int Rank(char c) => c < FirstSurrogate ? c : c < AfterSurrogates ? c + 0x10000 : c;
}
