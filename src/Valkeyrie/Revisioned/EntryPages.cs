using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Reads the entries of a directory page by page, all at one revision, and leaves out what lies deeper than asked: where a page ends inside such a
/// directory, the next one begins behind it.</summary>
internal static class EntryPages
{
    private const long FirstLimit = 128;
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
        var walk = new EntryWalk(directory.Start, options.Depth);
        var query = new KvRangeQuery(directory) { Limit = FirstLimit, KeysOnly = options.KeysOnly };
        var next = engine.RangeAsync(query, ended.Token).AsTask();
        try
        {
            while (true)
            {
                var entries = new List<KvEntry>();
                var more = false;
                using (var page = await next.ConfigureAwait(false))
                {
                    foreach (var pair in page.Pairs)
                    {
                        walk.Add(pair, entries);
                    }

                    more = page.More && page.Pairs.Count > 0;
                    query = more ? Following(query, page, walk.Skippable) : query;
                }

                if (more)
                {
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

                if (!more)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await RangePages.EndAsync([next], ended).ConfigureAwait(false);
        }
    }

    private static KvRangeQuery Following(KvRangeQuery query, KvPage page, string? skippable)
    {
        var last = page.Pairs[^1].Key;
        var behind = skippable + LastOfAll;
        var bytesEach = Math.Max(1, page.ByteCount / page.Pairs.Count);
        var limit = skippable is null ? query.Limit * 4 : page.Count / WalkedPerSent;
        return query with
        {
            // Somebody may have stored keys with that very byte: those are read through.
            After = skippable is null || last.StartsWith(behind, StringComparison.Ordinal) ? last : behind,
            Limit = Math.Clamp(Math.Min(limit, PageBytes / bytesEach), SmallestLimit, LargestLimit),
            Revision = query.Revision == 0 ? page.Revision : query.Revision,
        };
    }
}
