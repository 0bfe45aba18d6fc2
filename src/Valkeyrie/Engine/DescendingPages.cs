using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Reads a range page by page from its end, all at one revision. A page is valid until the next is asked for.</summary>
/// <remarks>One page after another: etcd reads the rest of the range for each of them, so they are large, and a caller's limit makes the first one enough.</remarks>
internal static class DescendingPages
{
    // Nothing is known yet of the values' size; the first page tells.
    private const long FirstLimit = 512;
    private const long SmallestLimit = 16;
    private const long LargestLimit = 65_536;
    private const long PageBytes = 4 << 20;

    public static async IAsyncEnumerable<KvPage> ReadAsync(
        IRevisionedEngine engine, KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!TryBegin(range, options.After, out var before))
        {
            yield break;
        }

        var query = new KvRangeQuery(range)
        {
            Descending = true,
            Before = before,
            Revision = options.Revision,
            MinRevision = KvRangeQuery.FirstSince(options.ChangedSince),
            KeysOnly = options.KeysOnly,
            Serializable = options.Serializable,
        };
        var limit = FirstLimit;
        var left = options.Limit ?? long.MaxValue;
        while (true)
        {
            // A caller's limit does not count the keys of locks, so a page that reaches it may be followed by another.
            using var page = await engine.RangeAsync(query with { Limit = Math.Min(limit, left > 0 ? left : FirstLimit) }, cancellationToken).ConfigureAwait(false);
            yield return page;
            if (page is not { More: true, Pairs.Count: > 0 })
            {
                yield break;
            }

            left -= page.Pairs.Count;
            limit = Math.Clamp(PageBytes / Math.Max(1, page.ByteCount / page.Pairs.Count), SmallestLimit, LargestLimit);
            query = query with { Before = page.Pairs[^1].Key, Revision = query.Revision ?? page.Revision, History = page.History };
        }
    }

    /// <summary>Where to begin: a key behind the range means its end. False if nothing of the range comes before the key.</summary>
    private static bool TryBegin(KvRange range, string? after, out string? before)
    {
        before = after is not null && range.Kind != KvRangeKind.Key && range.Contains(after) ? after : null;
        return after is null || KeyOrder.Compare(after, range.Start) > 0;
    }
}
