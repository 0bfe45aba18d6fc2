using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>The recipe of a watch: read the range at a revision, then follow every change after it, so that nothing is lost between.</summary>
internal static class ExistingThenChanges
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvEvent> WatchAsync(
        IRevisionedEngine engine, KvRange range, KvWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = options.FromRevision;
        var listing = from == 0 && !options.ChangesOnly;
        if (!listing)
        {
            // Asked for in any case: once a watch has begun it outlasts a store that is away, so here is where one that never was is told.
            var next = await NextRevisionAsync(engine, range, cancellationToken).ConfigureAwait(false);
            from = from == 0 ? next : from;
        }

        var resynchronizing = false;
        while (true)
        {
            var again = false;
            if (listing)
            {
                var pages = RangePages.ReadAsync(engine, range, new KvListOptions(), cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using var disposePages = pages.ConfigureAwait(false);
                while (true)
                {
                    var step = await StepAsync(pages, options, resynchronizing).ConfigureAwait(false);
                    again = step is Step.Compacted or Step.Away;
                    if (step != Step.Next)
                    {
                        break;
                    }

                    // All pages are read at the revision of the first.
                    if (from == 0)
                    {
                        from = pages.Current.Revision + 1;
                    }

                    foreach (var pair in pages.Current.Pairs)
                    {
                        if (!IsHidden(range, pair.Key))
                        {
                            yield return new KvEvent { Type = KvEventType.Existing, Pair = pair };
                        }
                    }
                }
            }

            if (!again)
            {
                var changes = engine.WatchAsync(range, from, options.PreviousValue, cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using var disposeChanges = changes.ConfigureAwait(false);
                while (await StepAsync(changes, options, resynchronizing).ConfigureAwait(false) == Step.Next)
                {
                    foreach (var change in changes.Current)
                    {
                        if (!IsHidden(range, change.Key))
                        {
                            yield return change;
                        }
                    }
                }
            }

            // Only a compaction that the caller wants to live with leads here: list again, and say so. As the watch outlasted whatever made it miss
            // its changes, it outlasts a store that is away just now.
            resynchronizing = true;
            from = await NextRevisionOnceThereAsync(engine, range, cancellationToken).ConfigureAwait(false);
            yield return new KvEvent { Type = KvEventType.Resync, Pair = new KvPair { Key = range.Text, KeyOnly = true, Revision = from - 1 } };
            from = 0;
            listing = true;
        }
    }

    // A watch on a lock key itself shows it; a watch on a tree leaves the machinery of locks out.
    private static bool IsHidden(KvRange range, string key) => range.Kind != KvRangeKind.Key && KeyRules.IsLockKey(key);

    private static async ValueTask<long> NextRevisionAsync(IRevisionedEngine engine, KvRange range, CancellationToken cancellationToken)
    {
        var count = new KvRangeQuery(range) { CountOnly = true };
        return (await engine.RangeAsync(count, cancellationToken).ConfigureAwait(false)).Revision + 1;
    }

    private static async ValueTask<long> NextRevisionOnceThereAsync(IRevisionedEngine engine, KvRange range, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await NextRevisionAsync(engine, range, cancellationToken).ConfigureAwait(false);
            }
            catch (KvException e) when (IsAway(e))
            {
                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsAway(KvException e) => e is KvUnreachableException or KvTimeoutException;

    private static async ValueTask<Step> StepAsync<T>(IAsyncEnumerator<T> items, KvWatchOptions options, bool resynchronizing)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false) ? Step.Next : Step.End;
        }
        catch (KvCompactedException) when (options.Resynchronize)
        {
            return Step.Compacted;
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
        Compacted,
        Away,
    }
}
