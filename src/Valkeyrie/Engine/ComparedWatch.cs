using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Implements a watch on a store without a feed of changes: it delivers the range, then the differences each time the range is read again. Changes of
/// one key that follow each other quickly may merge into the last of them (<see cref="KvPromises.EveryChange"/>), but the last state is always
/// delivered.</summary>
public static class ComparedWatch
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Follows a range.</summary>
    /// <param name="observer">Reads the range; disposed when the watch ends.</param>
    /// <param name="range">The range, for events about the watch.</param>
    /// <param name="options">The start of the watch and the content of its events.</param>
    /// <param name="address">The store, for error messages.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="KvCompactedException">The range has changed since <see cref="KvWatchOptions.FromRevision"/>, and removals are not kept. For a single
    /// existing key, its last change is reported instead.</exception>
    /// <exception cref="KvHistoryChangedException">The store has another history, or has not reached that revision.</exception>
    public static async IAsyncEnumerable<KvEvent> ReadAsync(
        IRangeObserver observer, KvRange range, KvWatchOptions options, string address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(options);
        await using var disposeObserver = observer.ConfigureAwait(false);
        var known = new KnownPairs(options.PreviousValue);
        var phase = Phase.Beginning;
        var from = options.FromRevision ?? 0;
        var reached = Math.Max(0, from - 1);
        var pause = FirstPause;
        var isAway = false;
        if (from > 0 && await MustListAnewAsync(observer, range, from, options, address, cancellationToken).ConfigureAwait(false))
        {
            phase = Phase.Resynchronizing;
        }

        while (true)
        {
            KvException? failure = null;
            IRangeState? state = null;
            try
            {
                state = await observer.NextAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KvException e) when (MayOutlast(e, phase, options))
            {
                failure = e;
            }

            if (state is not null)
            {
                await using var disposeState = state.ConfigureAwait(false);
                if (isAway)
                {
                    isAway = false;
                    yield return WatchEvents.Of(KvEventType.Resumed, range, state.Revision);
                }

                var listing = phase != Phase.Following;
                var replaying = phase == Phase.Beginning && from > 0 && state.Revision >= from;
                if (replaying && range.Kind != KvRangeKind.Key)
                {
                    // Removals since then are not known.
                    phase = options.Resynchronize ? Phase.Resynchronizing : throw Compacted();
                    replaying = false;
                }

                if (phase == Phase.Resynchronizing)
                {
                    yield return WatchEvents.Of(KvEventType.Resync, range, state.Revision);
                }

                var show = phase == Phase.Resynchronizing || (listing && from == 0 && !options.ChangesOnly);
                if (listing)
                {
                    known.Clear();
                }
                else
                {
                    known.Begin();
                }

                var pairs = state.Pairs.GetAsyncEnumerator(cancellationToken);
                await using var disposePairs = pairs.ConfigureAwait(false);
                while (true)
                {
                    try
                    {
                        if (!await pairs.MoveNextAsync().ConfigureAwait(false))
                        {
                            break;
                        }
                    }
                    catch (KvException e) when (MayOutlast(e, phase, options))
                    {
                        failure = e;
                        break;
                    }

                    if (!listing)
                    {
                        known.Compare(pairs.Current);
                        continue;
                    }

                    known.Add(pairs.Current);
                    if (show)
                    {
                        yield return new KvEvent { Type = KvEventType.Existing, Pair = pairs.Current };
                    }
                    else if (replaying)
                    {
                        // An existing key shows its last change, and the store promises no more.
                        replaying = false;
                        if (pairs.Current.Revision >= from)
                        {
                            yield return new KvEvent { Type = KvEventType.Put, Pair = pairs.Current };
                        }
                    }
                }

                if (replaying && failure is null)
                {
                    phase = options.Resynchronize ? Phase.Resynchronizing : throw Compacted();
                    observer.Restart();
                    continue;
                }

                if (failure is null)
                {
                    pause = FirstPause;
                    reached = Math.Max(reached, state.Revision);
                    phase = Phase.Following;
                    if (show && options.ListingEnds)
                    {
                        yield return WatchEvents.Of(KvEventType.Listed, range, state.Revision);
                    }

                    foreach (var change in listing ? [] : known.End(state.Revision))
                    {
                        yield return change;
                    }

                    continue;
                }
            }

            if (failure is KvHistoryChangedException)
            {
                observer.AcceptHistory();
                phase = Phase.Resynchronizing;
                reached = 0;
                continue;
            }

            observer.Restart();
            if (options.Outages && !isAway)
            {
                isAway = true;
                yield return WatchEvents.Of(KvEventType.Outage, range, reached, failure);
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        KvCompactedException Compacted() => new(from, null, address, range.Text);
    }

    /// <summary>Checks whether the watch survives a failure: an established watch survives an outage; one that has not begun reports it to its
    /// caller.</summary>
    private static bool MayOutlast(KvException e, Phase phase, KvWatchOptions options) =>
        e is KvHistoryChangedException ? options.Resynchronize : phase != Phase.Beginning && e is KvUnreachableException or KvTimeoutException;

    private static async ValueTask<bool> MustListAnewAsync(
        IRangeObserver observer, KvRange range, long from, KvWatchOptions options, string address, CancellationToken cancellationToken)
    {
        var newest = await observer.NewestRevisionAsync(cancellationToken).ConfigureAwait(false);
        return from > newest + 1
            && (options.Resynchronize ? true : throw HistoryErrors.NotReached(range, from, newest, address));
    }

    private enum Phase
    {
        Beginning,
        Following,
        Resynchronizing,
    }
}
