using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Reads the entries of a directory page by page, all at one revision, and skips the keys below the requested depth. If a page ends inside such a
/// subdirectory, the next page begins after it; if it ends among names that do not match, the next page begins before the next name that can.</summary>
internal static class DirectoryReader
{
    // The values' size is not known yet. Keys are small; completion asks for a thousand.
    private const long FirstLimit = 128;
    private const long FirstLimitOfKeys = 1024;
    private const long SmallestLimit = 64;
    private const long LargestLimit = 8192;
    private const long PageBytes = 4 << 20;

    // For every limited request the server walks the whole rest of a range, which costs it as much as sending a small part of that rest.
    private const long WalkedPerSent = 16;

    // The byte 0xFF as keys represent it. It does not occur in UTF-8, so this key is after all keys of a directory and before the next key outside it.
    private const string LastOfAll = "\uDCFF";

    public static async IAsyncEnumerable<KvEntry> ReadAsync(
        IRevisionedEngine engine, KvRange directory, KvEntryOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var walk = new EntryBuilder(directory.Start, options.Depth);
        var prefix = NamePrefix.Of(directory.Start, options.NamePrefix);
        var query = new KvRangeQuery(directory)
        {
            After = prefix?.FirstAfter(directory.Start) is { } first && Later(directory.Start, PlaceBefore(first)) is { Length: > 0 } place ? place : null,
            Limit = FirstLimitOf(options.KeysOnly),
            KeysOnly = options.KeysOnly,
        };
        var locks = new LockKeys(engine);
        var next = engine.RangeAsync(query, ended.Token).AsTask();
        try
        {
            if (prefix is not null && await IsDeniedAsync(next).ConfigureAwait(false))
            {
                // Names that match in another case lie among names that the user may not read. Names with the exact prefix do not.
                query = query with { Range = KvRange.Prefix(directory.Start + options.NamePrefix), After = null };
                next = engine.RangeAsync(query, ended.Token).AsTask();
            }

            while (true)
            {
                var entries = new List<KvEntry>();
                KvRangeQuery? following;
                using (var page = await next.ConfigureAwait(false))
                {
                    var revision = query.Revision ?? page.Revision;
                    foreach (var pair in page.Pairs)
                    {
                        if (prefix is not null && !prefix.Matches(pair.Key))
                        {
                            continue;
                        }

                        if (LockNames.IsNamedLikeLockKey(pair.Key) && !walk.IsInSkippable(pair.Key)
                            && await locks.ContainAsync(pair, page, revision, ended.Token).ConfigureAwait(false))
                        {
                            walk.Pass();
                        }
                        else
                        {
                            walk.Add(pair, entries);
                        }
                    }

                    following = Following(query, page, walk.Skippable, prefix);
                }

                if (following is not null)
                {
                    query = following;
                    next = engine.RangeAsync(query, ended.Token).AsTask();
                }
                else
                {
                    walk.End(entries);
                }

                foreach (var entry in entries)
                {
                    yield return entry;
                }

                if (following is null)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await RangeReader.EndAsync([next], ended).ConfigureAwait(false);
        }
    }

    private static async ValueTask<bool> IsDeniedAsync(Task<KvPage> page)
    {
        await ((Task)page).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return page.Exception?.InnerException is KvPermissionDeniedException;
    }

    /// <summary>Returns the query for the next page; null if nothing can follow.</summary>
    private static KvRangeQuery? Following(KvRangeQuery query, KvPage page, string? skippable, NamePrefix? prefix)
    {
        if (!page.More || page.Pairs.Count == 0)
        {
            return null;
        }

        var last = page.Pairs[^1].Key;
        query = query with { Revision = query.Revision ?? page.Revision, History = page.History };
        if (prefix is not null && !prefix.Matches(last))
        {
            return prefix.FirstAfter(last) is { } first ? query with { After = Later(last, PlaceBefore(first)), Limit = FirstLimitOf(query.KeysOnly) } : null;
        }

        var behind = skippable + LastOfAll;
        var bytesEach = Math.Max(1, page.ByteCount / page.Pairs.Count);
        var limit = skippable is null ? query.Limit!.Value * 4 : page.Count / WalkedPerSent;
        return query with
        {
            // Other programs may have stored keys with this byte; these are read without skipping.
            After = skippable is null || last.StartsWith(behind, StringComparison.Ordinal) ? last : behind,
            Limit = Math.Clamp(Math.Min(limit, PageBytes / bytesEach), SmallestLimit, LargestLimit),
        };
    }

    private static long FirstLimitOf(bool keysOnly) => keysOnly ? FirstLimitOfKeys : FirstLimit;

    private static string Later(string last, string? place) => place is null || KeyOrder.Compare(last, place) > 0 ? last : place;

    /// <summary>Returns a position before a key and after nearly all keys before it; null if none exists.</summary>
    private static string? PlaceBefore(string key)
    {
        for (var end = key.Length - 1; end >= 0; end--)
        {
            var before = (char)(key[end] - 1);
            if (before > '\0' && !char.IsSurrogate(before) && !char.IsSurrogate(key[end]))
            {
                return string.Concat(key.AsSpan(0, end), [before], LastOfAll);
            }
        }

        return null;
    }
}
