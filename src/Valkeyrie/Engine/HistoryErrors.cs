namespace Valkeyrie.Engine;

/// <summary>Creates the errors for stores whose history has changed.</summary>
public static class HistoryErrors
{
    /// <summary>Creates the error for an object of a former history.</summary>
    /// <param name="what">The object, as the beginning of a sentence.</param>
    /// <param name="key">The key or directory of the call.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public static KvHistoryChangedException Changed(string what, string? key, string endpoint) =>
        new($"{what} ended: {endpoint} now has another history, for example because it was restored from a snapshot or emptied. Earlier revisions are "
            + "not valid there. Read the keys again.") { Key = key, Endpoint = endpoint };

    /// <summary>Creates the error for a watch from a revision that the store has not reached.</summary>
    /// <param name="range">The range of the watch.</param>
    /// <param name="from">The first requested revision.</param>
    /// <param name="newest">The store's newest revision.</param>
    /// <param name="endpoint">The endpoint, file or store address; null for none.</param>
    public static KvHistoryChangedException NotReached(KvRange range, long from, long newest, string endpoint)
    {
        ArgumentNullException.ThrowIfNull(range);
        return new($"Changes cannot be followed from revision {from}: {endpoint} is only at revision {newest}. Either the revision is wrong, or the store was "
            + "restored or emptied and now has another history. Read the keys again.") { Key = range.Text, Endpoint = endpoint };
    }
}
