using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Implements a watch with a feed of changes: it reads the range at a revision, then follows every change after it, so that nothing is lost in
/// between.</summary>
internal static class ExistingThenChanges
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvEvent> WatchAsync(
        IRevisionedEngine engine, KvRange range, KvWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = options.FromRevision ?? 0;
        var history = 0L;
        var listing = from == 0 && !options.ChangesOnly;
        var again = false;
        if (!listing)
        {
            // Requested in any case: an established watch survives an outage, so an unreachable store must be reported here.
            (var next, history) = await NextRevisionAsync(engine, range, cancellationToken).ConfigureAwait(false);
            again = from > next && (options.Resynchronize ? true : throw HistoryErrors.NotReached(range, from, next - 1, engine.Info.Address));
            from = from == 0 ? next : from;
        }

        // A watch on a lock key itself shows the key; a watch on a tree omits lock keys.
        var locks = range.Kind == KvRangeKind.Key ? null : new WatchedLockKeys(engine);
        var resynchronizing = false;
        var isAway = false;
        while (true)
        {
            if (listing)
            {
                var pages = RangeReader.ReadAsync(engine, range, new KvListOptions(), cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using var disposePages = pages.ConfigureAwait(false);
                while (true)
                {
                    var step = await StepAsync(pages, options, resynchronizing).ConfigureAwait(false);
                    again = step is Step.Missed or Step.Away;
                    if (step != Step.Next)
                    {
                        break;
                    }

                    // All pages are read at the revision of the first.
                    if (from == 0)
                    {
                        (from, history) = (pages.Current.Revision + 1, pages.Current.History);
                    }

                    foreach (var pair in pages.Current.Pairs)
                    {
                        if (locks is null || !locks.Hides(pair))
                        {
                            yield return new KvEvent { Type = KvEventType.Existing, Pair = pair };
                        }
                    }
                }

                if (!again && options.ListingEnds)
                {
                    yield return WatchEvents.Of(KvEventType.Listed, range, from - 1);
                }
            }

            if (!again)
            {
                var query = new KvWatchQuery(range, from) { History = history, PreviousValue = options.PreviousValue, Outages = options.Outages };
                var changes = engine.WatchAsync(query, cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using var disposeChanges = changes.ConfigureAwait(false);
                while (await StepAsync(changes, options, resynchronizing).ConfigureAwait(false) == Step.Next)
                {
                    var batch = changes.Current;
                    for (var i = 0; i < batch.Count; i++)
                    {
                        var change = batch[i];
                        var isOutage = change.Type is KvEventType.Outage or KvEventType.Resumed;
                        isAway = isOutage ? change.Type == KvEventType.Outage : isAway;
                        if (isOutage || locks is null || !await locks.HidesAsync(change, cancellationToken).ConfigureAwait(false))
                        {
                            yield return change;
                        }
                    }
                }
            }

            // This point is reached only if changes were missed and the caller accepts a resync: list again and report it. The watch survived the failure that
            // made it miss the changes, and so it also survives an outage now.
            resynchronizing = true;
            var there = await NextRevisionUnlessAwayAsync(engine, range, cancellationToken).ConfigureAwait(false);
            while (there.Error is not null)
            {
                if (options.Outages && !isAway)
                {
                    isAway = true;
                    yield return WatchEvents.Of(KvEventType.Outage, range, Math.Max(0, from - 1), there.Error);
                }

                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
                there = await NextRevisionUnlessAwayAsync(engine, range, cancellationToken).ConfigureAwait(false);
            }

            if (isAway)
            {
                isAway = false;
                yield return WatchEvents.Of(KvEventType.Resumed, range, there.Next - 1);
            }

            yield return WatchEvents.Of(KvEventType.Resync, range, there.Next - 1);
            from = 0;
            listing = true;
        }
    }

    private static async ValueTask<(long Next, long History)> NextRevisionAsync(IRevisionedEngine engine, KvRange range, CancellationToken cancellationToken)
    {
        var page = await engine.RangeAsync(new KvRangeQuery(range) { CountOnly = true }, cancellationToken).ConfigureAwait(false);
        return (page.Revision + 1, page.History);
    }

    private static async ValueTask<(long Next, KvException? Error)> NextRevisionUnlessAwayAsync(
        IRevisionedEngine engine, KvRange range, CancellationToken cancellationToken)
    {
        try
        {
            return ((await NextRevisionAsync(engine, range, cancellationToken).ConfigureAwait(false)).Next, null);
        }
        catch (KvException e) when (IsAway(e))
        {
            return (0, e);
        }
    }

    private static bool IsAway(KvException e) => e is KvUnreachableException or KvTimeoutException;

    private static async ValueTask<Step> StepAsync<T>(IAsyncEnumerator<T> items, KvWatchOptions options, bool resynchronizing)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false) ? Step.Next : Step.End;
        }
        catch (KvException e) when (options.Resynchronize && e is KvCompactedException or KvHistoryChangedException)
        {
            return Step.Missed;
        }
        catch (KvException e) when (resynchronizing && IsAway(e))
        {
            return Step.Away;
        }
    }

    private enum Step
    {
        Next,
        End,
        Missed,
        Away,
    }
}
