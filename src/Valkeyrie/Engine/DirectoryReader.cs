using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Reads the entries of a directory page by page, all at one revision, and leaves out what lies deeper than asked: where a page ends inside such a
/// directory, the next one begins behind it, and where it ends among names that are not asked for, before the next one that may be.</summary>
internal static class DirectoryReader
{
    // Nothing is known of the size of values yet. Keys are small; a thousand are what completion asks for.
    private const long FirstLimit = 128;
    private const long FirstLimitOfKeys = 1024;
    private const long SmallestLimit = 64;
    private const long LargestLimit = 8192;
    private const long PageBytes = 4 << 20;

    // The server walks the whole rest of a range for every limited request, which costs it as much as sending a small part of that rest.
    private const long WalkedPerSent = 16;

    // The byte 0xFF as keys hold it. No UTF-8 has it, so this lies behind all that a directory holds, and before what follows the directory.
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
                // Names in any case lie between others, which the user may not read. Those that begin as it is written do not.
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

    /// <summary>The query for the next page; null if nothing can come any more.</summary>
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
            // Somebody may have stored keys with that very byte: those are read through.
            After = skippable is null || last.StartsWith(behind, StringComparison.Ordinal) ? last : behind,
            Limit = Math.Clamp(Math.Min(limit, PageBytes / bytesEach), SmallestLimit, LargestLimit),
        };
    }

    private static long FirstLimitOf(bool keysOnly) => keysOnly ? FirstLimitOfKeys : FirstLimit;

    private static string Later(string last, string? place) => place is null || KeyOrder.Compare(last, place) > 0 ? last : place;

    /// <summary>A place before a key, and behind nearly all that comes before it; null if there is none.</summary>
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
