using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>The recipe of a watch: read the range at a revision, then follow every change after it, so that nothing is lost between.</summary>
internal static class ExistingThenChanges
{
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

        while (true)
        {
            if (listing)
            {
                await foreach (var page in RangePages.ReadAsync(engine, range, new KvListOptions(), cancellationToken).ConfigureAwait(false))
                {
                    // All pages are read at the revision of the first.
                    if (from == 0)
                    {
                        from = page.Revision + 1;
                    }

                    foreach (var pair in page.Pairs)
                    {
                        if (!IsHidden(range, pair.Key))
                        {
                            yield return new KvEvent { Type = KvEventType.Existing, Pair = pair };
                        }
                    }
                }
            }

            var changes = engine.WatchAsync(range, from, options.PreviousValue, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (changes.ConfigureAwait(false))
            {
                while (await MoveNextUnlessCompactedAsync(changes, options).ConfigureAwait(false))
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

            // Only a compaction that the caller wants to live with leads here: list again, and say so.
            from = await NextRevisionAsync(engine, range, cancellationToken).ConfigureAwait(false);
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

    private static async ValueTask<bool> MoveNextUnlessCompactedAsync(IAsyncEnumerator<IReadOnlyList<KvEvent>> changes, KvWatchOptions options)
    {
        try
        {
            return await changes.MoveNextAsync().ConfigureAwait(false);
        }
        catch (KvCompactedException) when (options.Resynchronize)
        {
            return false;
        }
    }
}
