namespace Valkeyrie.Engine;

/// <summary>The contenders in a directory by the recipe of <see cref="LeasedMutex"/>, oldest first, at one revision.</summary>
/// <param name="Pairs">The contenders' keys with their values. As in the recipe, every key of the directory counts as a contender.</param>
/// <param name="Revision">The revision.</param>
/// <param name="History">The history that the revision belongs to.</param>
internal sealed record Contenders(IReadOnlyList<KvPair> Pairs, long Revision, long History)
{
    /// <summary>Reads the contenders of one directory.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="directory">The directory, with its last slash.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task<Contenders> ReadAsync(IRevisionedEngine engine, string directory, CancellationToken cancellationToken)
    {
        var pairs = new List<KvPair>();
        var (revision, history) = (0L, 0L);
        await foreach (var page in RangeReader.ReadAsync(engine, KvRange.Prefix(directory), new KvListOptions(), cancellationToken).ConfigureAwait(false))
        {
            // All pages are read at the revision of the first.
            (revision, history) = revision == 0 ? (page.Revision, page.History) : (revision, history);
            pairs.AddRange(page.Pairs);
        }

        return new([.. pairs.OrderBy(p => p.CreateRevision)], revision, history);
    }

    /// <summary>Finds the directories of a range that have a contender: a key named after the lease it is attached to.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="range">The range.</param>
    /// <param name="isMeant">Returns true for a directory, without its last slash, that is to be found.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The directories, with their last slash, in key order.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(
        IRevisionedEngine engine, KvRange range, Func<string, bool> isMeant, CancellationToken cancellationToken)
    {
        var named = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var page in RangeReader.ReadAsync(engine, range, new KvListOptions { KeysOnly = true }, cancellationToken).ConfigureAwait(false))
        {
            foreach (var pair in page.Pairs)
            {
                if (LockNames.LeaseIn(pair.Key) != 0 && pair.Key[..pair.Key.LastIndexOf(KeyRules.Separator)] is var directory && isMeant(directory))
                {
                    named.Add(directory + KeyRules.Separator);
                }
            }
        }

        return [.. named];
    }

    /// <summary>Checks whether a key is a contender's: it is attached to the lease that it is named after. Key-only listings may not contain the lease (etcd
    /// 3.7).</summary>
    public static bool IsContender(KvPair pair) => pair.LeaseId is { } lease && LockNames.LeaseIn(pair.Key) == lease;
}
