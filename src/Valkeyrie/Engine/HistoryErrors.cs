namespace Valkeyrie.Engine;

/// <summary>Makes the errors of stores whose history is another one than before.</summary>
public static class HistoryErrors
{
    /// <summary>The error of what began in a history that the store no longer has.</summary>
    /// <param name="what">What began there, as the beginning of a sentence.</param>
    /// <param name="key">The key or directory that it is about.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public static KvHistoryChangedException Changed(string what, string? key, string endpoint) =>
        new($"{what} ended: {endpoint} now has another history, for example because it was restored from a snapshot or emptied. Earlier revisions are "
            + "not valid there. Read the keys again.") { Key = key, Endpoint = endpoint };

    /// <summary>The error of a watch that is to begin at a revision that the store has not come to.</summary>
    /// <param name="range">What is to be watched.</param>
    /// <param name="from">The first revision wanted.</param>
    /// <param name="newest">The store's newest one.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public static KvHistoryChangedException NotReached(KvRange range, long from, long newest, string endpoint)
    {
        ArgumentNullException.ThrowIfNull(range);
        return new($"Changes cannot be followed from revision {from}: {endpoint} is only at revision {newest}. Either the revision is wrong, or the store was "
            + "restored or emptied and now has another history. Read the keys again.") { Key = range.Text, Endpoint = endpoint };
    }
}
