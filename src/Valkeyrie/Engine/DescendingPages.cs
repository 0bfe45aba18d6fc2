using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Reads a range page by page from its end, all at one revision. A page is valid until the next one is requested.</summary>
/// <remarks>Pages are read one after another. etcd reads the rest of the range for each of them, so they are large; with a caller's limit the first one is
/// enough.</remarks>
internal static class DescendingPages
{
    // The values' size is not known before the first page.
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
            // A caller's limit does not count lock keys, so another page may follow the one that reaches the limit.
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

    /// <summary>Determines the start: a key after the range means the end of the range. False if the range has nothing before the key.</summary>
    private static bool TryBegin(KvRange range, string? after, out string? before)
    {
        before = after is not null && range.Kind != KvRangeKind.Key && range.Contains(after) ? after : null;
        return after is null || KeyOrder.Compare(after, range.Start) > 0;
    }
}
