using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Reads a range page by page, all at one revision, and requests the next pages while one is used. A page is valid until the next one is requested.
/// Only the first page can be empty.</summary>
internal static class RangeReader
{
    public static async IAsyncEnumerable<KvPage> ReadAsync(
        IRevisionedEngine engine, KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!TryBegin(range, options.After, out var after))
        {
            yield break;
        }

        var query = new KvRangeQuery(range)
        {
            After = after,
            Revision = options.Revision,
            MinRevision = KvRangeQuery.FirstSince(options.ChangedSince),
            KeysOnly = options.KeysOnly,
            Serializable = options.Serializable,
        };
        var parts = new RangePartitions(engine, query, options.Limit, cancellationToken);
        await using var _ = parts.ConfigureAwait(false);
        for (var isFirst = true; !parts.IsEmpty; isFirst = false)
        {
            using var page = await AwaitAsync(parts.TakeAsync(), cancellationToken).ConfigureAwait(false);
            parts.ReadAhead();
            if (isFirst || page.Pairs.Count > 0)
            {
                yield return page;
            }
        }
    }

    /// <summary>Ends a read. If the consumer stops early, pending pages are cancelled, their failures observed, and pages that still arrived
    /// disposed.</summary>
    public static async ValueTask EndAsync(IEnumerable<Task<KvPage>> pages, CancellationTokenSource ended)
    {
        await ended.CancelAsync().ConfigureAwait(false);
        foreach (var page in pages)
        {
            await page.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
            if (page.IsCompletedSuccessfully)
            {
                page.Result.Dispose();
                if (page.Result.Following is { } following)
                {
                    await following.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    // The caller does not know the token that cancels pending pages.
    private static async ValueTask<KvPage> AwaitAsync(ValueTask<KvPage> page, CancellationToken cancellationToken)
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

    /// <summary>Determines the start: a key before the range means the beginning of the range. False if the range has nothing after the key.</summary>
    private static bool TryBegin(KvRange range, string? after, out string? begin)
    {
        var isBefore = after is null || KeyOrder.Compare(after, range.Start) < 0;
        begin = isBefore ? null : after;
        return isBefore || (range.Kind != KvRangeKind.Key && range.Contains(after!));
    }
}
