using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Reads a range page by page, all at one revision, the next page on its way while the last one is used. A page is valid until the next
/// is asked for.</summary>
internal static class RangePages
{
    // The server walks the whole rest of a range for every limited request, so small pages cost quadratically; memory holds two pages.
    // The first page is small, since nothing is known yet of the values' size; it sets the limit of those that follow.
    private const long FirstLimit = 512;
    private const long LargestLimit = 65_536;
    private const long PageBytes = 4 << 20;

    public static async IAsyncEnumerable<KvPage> ReadAsync(
        IRevisionedEngine engine, KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!TryBegin(range, options.After, out var after))
        {
            yield break;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = options.Limit == 0 ? long.MaxValue : options.Limit;
        var query = new KvRangeQuery(range)
        {
            After = after,
            Limit = Math.Min(FirstLimit, left),
            Revision = options.Revision,
            KeysOnly = options.KeysOnly,
            Serializable = options.Serializable,
        };
        var next = engine.RangeAsync(query, ended.Token).AsTask();
        try
        {
            while (true)
            {
                using var page = await AwaitAsync(next, cancellationToken).ConfigureAwait(false);
                left -= page.Pairs.Count;
                if (!page.More || page.Pairs.Count == 0)
                {
                    yield return page;
                    yield break;
                }

                // A caller's limit does not count lock keys, so a page that reaches it is followed by another, fetched only when needed.
                query = query with
                {
                    After = page.Pairs[^1].Key,
                    Limit = NextLimit(page, left),
                    Revision = query.Revision == 0 ? page.Revision : query.Revision,
                };
                if (left > 0)
                {
                    next = engine.RangeAsync(query, ended.Token).AsTask();
                    yield return page;
                }
                else
                {
                    yield return page;
                    next = engine.RangeAsync(query, ended.Token).AsTask();
                }
            }
        }
        finally
        {
            await EndAsync(next, ended).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a reading. A consumer that stops early leaves a page on its way: it is ended, how it ended is observed, and what came all the same
    /// is given back.</summary>
    public static async ValueTask EndAsync(Task<KvPage> next, CancellationTokenSource ended)
    {
        await ended.CancelAsync().ConfigureAwait(false);
        await next.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
            .ConfigureAwait(false);
        if (next.IsCompletedSuccessfully)
        {
            next.Result.Dispose();
        }
    }

    // Of the token that ends pages on their way the caller knows nothing.
    private static async ValueTask<KvPage> AwaitAsync(Task<KvPage> page, CancellationToken cancellationToken)
    {
        try
        {
            return await page.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Where to begin: a key before the range means its beginning. False if nothing of the range comes after the key.</summary>
    private static bool TryBegin(KvRange range, string? after, out string? begin)
    {
        var isBefore = after is null || KeyOrder.Compare(after, range.Start) < 0;
        begin = isBefore ? null : after;
        return isBefore || (range.Kind != KvRangeKind.Key && range.Contains(after!));
    }

    private static long NextLimit(KvPage page, long left)
    {
        var average = Math.Max(1, page.ByteCount / page.Pairs.Count);
        var limit = Math.Clamp(PageBytes / average, 16, LargestLimit);
        return left > 0 ? Math.Min(limit, left) : Math.Min(limit, FirstLimit);
    }
}
