namespace Valkeyrie.PowerShell.Trees;

/// <summary>Pairs that came in no order.</summary>
internal static class KeySorting
{
    /// <summary>Brings pairs into key order.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <returns>A key that comes twice; null where none does.</returns>
    public static string? Sort(List<KvPair> pairs)
    {
        pairs.Sort((a, b) => KeyOrder.Compare(a.Key, b.Key));
        for (var i = 1; i < pairs.Count; i++)
        {
            if (pairs[i - 1].Key == pairs[i].Key)
            {
                return pairs[i].Key;
            }
        }

        return null;
    }

    /// <summary>The pairs as what a store would list.</summary>
    /// <param name="pairs">The pairs.</param>
    public static async IAsyncEnumerable<KvPair> ToAsync(this List<KvPair> pairs)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var pair in pairs)
        {
            yield return pair;
        }
    }
}
