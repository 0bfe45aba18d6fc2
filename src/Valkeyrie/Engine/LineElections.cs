using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <summary>Implements elections with lines of contenders: the oldest contender leads, and each other waits only for its predecessor. A contender whose lease
/// ends, or whose key is removed, joins the line again.</summary>
/// <param name="lines">The lines.</param>
public sealed class LineElections(IElectionLines lines) : IKvElections, IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);
    private static readonly KvCampaignOptions Plain = new();

    private readonly ConcurrentDictionary<LedLine, bool> _led = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _campaigns = new();

    /// <summary>The store, for error messages.</summary>
    public string Address => lines.Info.Address;

    /// <inheritdoc/>
    public async ValueTask<KvLeadership> CampaignAsync(
        string name, ReadOnlyMemory<byte> value, KvCampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(name);
        var contest = ElectionContest.Of(name, value, options ?? Plain);
        try
        {
            return await WinAsync(contest, cancellationToken).ConfigureAwait(false);
        }
        catch (KvNotElectedException)
        {
            throw await contest.NotWonAsync(Address, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<KvElection?> TryGetElectionAsync(string name, CancellationToken cancellationToken = default)
    {
        Check(name);
        return ReadAsync(name, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvElection> ListElectionsAsync(KvRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var name in lines.FindAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add(name);
        }

        foreach (var name in found)
        {
            if (await ReadAsync(name, cancellationToken).ConfigureAwait(false) is { } election)
            {
                yield return election;
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvElectionEvent> WatchElectionAsync(string name, CancellationToken cancellationToken = default)
    {
        Check(name);
        return ObservedElection.FollowAsync(lines.Observe(name), name, cancellationToken);
    }

    /// <inheritdoc/>
    public bool IsContender(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return lines.IsContender(pair);
    }

    /// <summary>Ends the leaderships, each after its leader was notified. Campaigns must have been cancelled before.</summary>
    public async ValueTask DisposeAsync()
    {
        // The places that they won or left are handled next.
        await Task.WhenAll(_campaigns.Keys.Select(c => c.Task)).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(CloseTimeout);
        await Task.WhenAll(_led.Keys.Select(led => TakeAwayAsync(led, timeout.Token))).ConfigureAwait(false);
    }

    internal void Forget(LedLine led) => _led.TryRemove(led, out _);

    private static void Check(string name) => KeyRules.Check(name, "election's name");

    private static async Task TakeAwayAsync(LedLine led, CancellationToken cancellationToken)
    {
        try
        {
            await led.TakeAwayAsync(KvLockLostReason.StoreClosed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // The leases are revoked next, and with them the places that could not be released here.
        }
    }

    private async ValueTask<KvLeadership> WinAsync(ElectionContest contest, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (contest.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            waiting.CancelAfter(timeout);
        }

        var campaign = new Campaign(contest);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _campaigns[end] = true;
        try
        {
            while (true)
            {
                if (await TryWinAsync(campaign, waiting.Token).ConfigureAwait(false) is { } led)
                {
                    return new HeldLeadership(led, contest.Value);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw campaign.HasStood ? contest.NotWon(Address) : contest.Unknown(Address);
        }
        finally
        {
            _campaigns.TryRemove(end, out _);
            end.SetResult();
        }
    }

    /// <summary>Tries to win with one place: returns the first place, or null if the place was lost.</summary>
    private async ValueTask<LedLine?> TryWinAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        var contest = campaign.Contest;
        if (contest.Timeout == TimeSpan.Zero && await ReadAsync(contest.Name, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw contest.NotWon(Address);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var place = await lines.EnterAsync(contest.Name, contest.Value, contest.Ttl, cancellationToken).ConfigureAwait(false);
        campaign.HasStood = true;
        using var usable = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, place.Lease.Lost);
        try
        {
            if (!await WaitForTurnAsync(contest, place, usable.Token).ConfigureAwait(false))
            {
                place.Abandon();
                return null;
            }
        }
        catch (Exception e)
        {
            place.Abandon();
            var isLost = e is KvLeaseNotFoundException || (e is (KvException or OperationCanceledException) && place.Lease.Lost.IsCancellationRequested);
            if (isLost && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            throw;
        }

        var led = new LedLine(this, contest.Name, place);
        _led[led] = true;
        led.BeginGuard();
        return led;
    }

    /// <summary>Waits until a place is the first; false if it is gone.</summary>
    private async ValueTask<bool> WaitForTurnAsync(ElectionContest contest, LinePlace place, CancellationToken cancellationToken)
    {
        while (true)
        {
            var order = await place.LookAsync(cancellationToken).ConfigureAwait(false);
            if (!order.IsThere || order.Before is not { } before)
            {
                return order.IsThere;
            }

            if (contest.Timeout == TimeSpan.Zero)
            {
                throw contest.NotWon(Address);
            }

            await place.WaitForRemovalAsync(before, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<KvElection?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var contenders = await lines.ReadAsync(name, cancellationToken).ConfigureAwait(false);
        return contenders.Count == 0 ? null : new(name, contenders[0], [.. contenders.Skip(1)]);
    }

    private sealed class Campaign(ElectionContest contest)
    {
        public ElectionContest Contest => contest;

        /// <summary>True if the store has answered, so that another contender is known to lead.</summary>
        public bool HasStood { get; set; }
    }
}
