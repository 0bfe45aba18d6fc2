namespace Valkeyrie.PowerShell.Trees;

/// <summary>Sorts pairs that arrived in no order.</summary>
internal static class KeySorting
{
    /// <summary>Sorts pairs by key.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <returns>A duplicate key; null if there is none.</returns>
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

    /// <summary>Streams the pairs like the listing of a store.</summary>
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
