using System.Collections.Concurrent;

namespace Valkeyrie;

/// <summary>What a lease of a mirror's source is in its destination.</summary>
/// <param name="Id">The lease to attach a key to; null for none.</param>
/// <param name="HasEnded">True if the source's lease has ended, and its keys with it: there is nothing to write.</param>
internal readonly record struct MirroredLease(long? Id, bool HasEnded = false);

/// <summary>Leases of a destination that stand for leases of a source. Each is renewed for as long as the source's is alive, so that keys go in both places alike.
/// When the mirror ends, what it wrote under them goes with its time to live.</summary>
/// <param name="source">The source.</param>
/// <param name="destination">The destination.</param>
internal sealed class MirroredLeases(IKvLeases source, IKvLeases destination) : IAsyncDisposable
{
    // The timer's own limit lies at 49 days.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<long, long> _standing = new();
    private readonly List<Task> _renewals = [];
    private readonly CancellationTokenSource _ended = new();
    private volatile TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the destination has lost a lease whose keys live on in the source: they must be written again.</summary>
    public Task Lost => _lost.Task;

    /// <summary>Forgets a loss, before all is compared.</summary>
    public void Begin() => _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forgets a lease that the destination has refused.</summary>
    /// <param name="change">The pair of the source that was to be written under it.</param>
    public void Forget(KvPair change)
    {
        if (change.LeaseId is { } leaseId)
        {
            _standing.TryRemove(leaseId, out _);
        }
    }

    /// <summary>The lease that stands for one of the source; granted if none exists. Called by one caller at a time.</summary>
    /// <param name="leaseId">The source's lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<MirroredLease> StandingForAsync(long leaseId, CancellationToken cancellationToken)
    {
        if (_standing.TryGetValue(leaseId, out var known))
        {
            return new(known);
        }

        KvLease theirs;
        try
        {
            theirs = await source.GetLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException)
        {
            return new(null, HasEnded: true);
        }

        var ours = await destination.GrantLeaseAsync(theirs.Ttl, cancellationToken).ConfigureAwait(false);
        _standing[leaseId] = ours.Id;
        _renewals.RemoveAll(renewal => renewal.IsCompleted);
        _renewals.Add(RenewAsync(leaseId, ours));
        return new(ours.Id);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_renewals).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task RenewAsync(long leaseId, KvLease ours)
    {
        while (true)
        {
            await Task.Delay(ours.Ttl / 3 < LongestPause ? ours.Ttl / 3 : LongestPause, _ended.Token).ConfigureAwait(false);
            if (!await IsAliveAsync(leaseId).ConfigureAwait(false))
            {
                _standing.TryRemove(new(leaseId, ours.Id));
                return;
            }

            try
            {
                await destination.RenewLeaseAsync(ours.Id, _ended.Token).ConfigureAwait(false);
            }
            catch (KvLeaseNotFoundException)
            {
                _standing.TryRemove(new(leaseId, ours.Id));
                _lost.TrySetResult();
                return;
            }
            catch (KvException)
            {
                // Whether it was renewed is not known. It is renewed again before its time is up.
            }
        }
    }

    // A source that is away says nothing about its leases: they are taken to be alive until it answers.
    private async ValueTask<bool> IsAliveAsync(long leaseId)
    {
        try
        {
            await source.GetLeaseAsync(leaseId, _ended.Token).ConfigureAwait(false);
            return true;
        }
        catch (KvLeaseNotFoundException)
        {
            return false;
        }
        catch (KvException)
        {
            return true;
        }
    }
}
