using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Follows the leader of an election on a store without a feed of changes: each state of the line is compared with the previous one. Leaders that
/// followed each other quickly may be omitted.</summary>
internal static class ObservedElection
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    public static async IAsyncEnumerable<KvElectionEvent> FollowAsync(
        IRangeObserver observer, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var disposeObserver = observer.ConfigureAwait(false);
        var election = new ElectionFollower(name);
        var hasBegun = false;
        while (true)
        {
            var (line, error) = await TryNextAsync(observer, hasBegun, cancellationToken).ConfigureAwait(false);
            if (error is not null)
            {
                observer.Restart();
                if (election.Outage(error) is { } outage)
                {
                    yield return outage;
                }

                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (line is null)
            {
                // Another history: report its leader.
                observer.AcceptHistory();
                continue;
            }

            hasBegun = true;
            if (election.Resume(line.Revision) is { } resumed)
            {
                yield return resumed;
            }

            if (election.Begin(line.Pairs, line.Revision) is { } change)
            {
                yield return change;
            }
        }
    }

    /// <summary>Returns the line when it may have changed; an error that an established watch survives; or neither, if the store has another history.</summary>
    private static async ValueTask<(Line? Line, KvException? Error)> TryNextAsync(IRangeObserver observer, bool hasBegun, CancellationToken cancellationToken)
    {
        try
        {
            var state = await observer.NextAsync(cancellationToken).ConfigureAwait(false);
            await using var disposeState = state.ConfigureAwait(false);
            var pairs = new List<KvPair>();
            await foreach (var pair in state.Pairs.ConfigureAwait(false))
            {
                pairs.Add(pair);
            }

            return (new(pairs, state.Revision), null);
        }
        catch (KvHistoryChangedException)
        {
            return (null, null);
        }
        catch (KvException e) when (hasBegun && e is (KvUnreachableException or KvTimeoutException))
        {
            return (null, e);
        }
    }

    private sealed record Line(IReadOnlyList<KvPair> Pairs, long Revision);
}
