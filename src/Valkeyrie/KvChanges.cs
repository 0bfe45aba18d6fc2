using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Extensions that follow and group the changes of any store.</summary>
public static class KvChanges
{
    // Otherwise the changes of a store that changes without a pause would never be returned.
    private const int MostPauses = 10;

    /// <summary>Starts to follow a range. The stream contains every change made after this call has returned.</summary>
    /// <remarks>If the changes in between are no longer kept, or the store has another history, the stream continues with a <see cref="KvEventType.Resync"/>
    /// and all current pairs, as with <see cref="KvWatchOptions.Resynchronize"/>. During an outage the stream waits. On stores without
    /// <see cref="KvPromises.History"/> the range is read twice at the beginning.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="range">The range; it may be empty or missing.</param>
    /// <param name="cancellationToken">Ends the call and the stream.</param>
    /// <returns>The changes. Read the stream only once.</returns>
    public static async ValueTask<IAsyncEnumerable<KvEvent>> FollowAsync(this IKvStore store, KvRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(range);
        var options = new KvWatchOptions { Resynchronize = true };
        if (store.Info.Promises.History && (await store.PingAsync(cancellationToken).ConfigureAwait(false)).Revision is { } now)
        {
            // A member that lags behind reports an older revision. Then a slightly older change may be reported, but none is missing.
            return store.WatchTreeAsync(range, options with { FromRevision = now + 1 }, cancellationToken);
        }

        var known = 0L;
        var isEmpty = true;
        await foreach (var pair in store.ListAsync(range, new KvListOptions { KeysOnly = true }, cancellationToken).OrEmptyAsync(missing: null, cancellationToken).ConfigureAwait(false))
        {
            isEmpty = false;
            known = Math.Max(known, pair.Revision);
        }

        var events = store.WatchTreeAsync(range, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var first = events.MoveNextAsync().AsTask();
        if (!isEmpty)
        {
            // The watch has read the current pairs when it reports the first one. Before that it could miss a removal.
            await ((Task)first).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return ReadAsync(events, first, known);
    }

    /// <summary>Groups changes that follow each other quickly, so that you can react once to all of them.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="pause">The time without a change after which a batch is returned. If changes never pause, a batch is returned after ten times this
    /// time.</param>
    /// <param name="time">The clock that measures the pause; null for the system's clock.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Non-empty batches of changes. A batch contains only the newest change of each key, in the order of these changes.</returns>
    public static async IAsyncEnumerable<IReadOnlyList<KvEvent>> Debounce(
        this IAsyncEnumerable<KvEvent> changes, TimeSpan pause, TimeProvider? time = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        time ??= TimeProvider.System;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = changes.GetAsyncEnumerator(ended.Token);
        var next = events.MoveNextAsync().AsTask();
        var turn = 0L;
        try
        {
            while (await next.ConfigureAwait(false))
            {
                var batch = new Dictionary<string, (long Turn, KvEvent Change)>(StringComparer.Ordinal);
                var latest = Task.Delay(pause * MostPauses, time, ended.Token);
                do
                {
                    batch[events.Current.Key] = (turn++, events.Current);
                    next = events.MoveNextAsync().AsTask();
                    await Task.WhenAny(next, latest, Task.Delay(pause, time, ended.Token)).ConfigureAwait(false);
                }
                while (next.IsCompletedSuccessfully && next.Result && !latest.IsCompleted);

                ended.Token.ThrowIfCancellationRequested();
                yield return [.. batch.Values.OrderBy(entry => entry.Turn).Select(entry => entry.Change)];
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async IAsyncEnumerable<KvEvent> ReadAsync(IAsyncEnumerator<KvEvent> events, Task<bool> next, long known)
    {
        await using var _ = events.ConfigureAwait(false);
        var isListing = true;
        while (await next.ConfigureAwait(false))
        {
            var change = events.Current;
            isListing &= change.Type == KvEventType.Existing;

            // An older pair is not a change; a newer one was written while the watch began.
            if (!isListing || change.Revision > known)
            {
                yield return change;
            }

            next = events.MoveNextAsync().AsTask();
        }
    }
}
