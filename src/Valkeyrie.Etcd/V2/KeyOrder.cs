namespace Valkeyrie.Etcd.V2;

/// <summary>The order of keys by their UTF-8 bytes, which is that of their code points.</summary>
internal static class KeyOrder
{
    private const char FirstSurrogate = '\uD800';
    private const char AfterSurrogates = '\uE000';

    public static int Compare(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        return at == a.Length || at == b.Length ? a.Length - b.Length : Rank(a[at]) - Rank(b[at]);
    }

    // In UTF-16 surrogates, which stand for code points above all others, come before the last of the plain ones.
    private static int Rank(char c) => c < FirstSurrogate ? c : c < AfterSurrogates ? c + 0x10000 : c;
}
