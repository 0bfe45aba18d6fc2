using System.Collections.Concurrent;

namespace Valkeyrie;

/// <summary>The lease in a mirror's destination that corresponds to a lease of the source.</summary>
/// <param name="Id">The lease to attach a key to; null for none.</param>
/// <param name="HasEnded">True if the source's lease has ended, and its keys with it, so that nothing is to be written.</param>
internal readonly record struct MirroredLease(long? Id, bool HasEnded = false);

/// <summary>Maps leases of a source to leases of the destination. Each is renewed while the source's lease exists, so that keys expire in both stores alike.
/// When the mirror ends, its keys in the destination expire after their time to live.</summary>
/// <param name="source">The source.</param>
/// <param name="destination">The destination.</param>
internal sealed class MirroredLeases(IKvLeases source, IKvLeases destination) : IAsyncDisposable
{
    // A timer accepts at most 49 days.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<long, long> _standing = new();
    private readonly List<Task> _renewals = [];
    private readonly CancellationTokenSource _ended = new();
    private volatile TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the destination has lost a lease whose keys still exist in the source, so that they must be written again.</summary>
    public Task Lost => _lost.Task;

    /// <summary>Resets <see cref="Lost"/>, before another comparison.</summary>
    public void Begin() => _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Discards the mapping of a lease that the destination refused.</summary>
    /// <param name="change">The source's pair that was to be attached to it.</param>
    public void Forget(KvPair change)
    {
        if (change.LeaseId is { } leaseId)
        {
            _standing.TryRemove(leaseId, out _);
        }
    }

    /// <summary>Returns the destination's lease for a lease of the source, and grants one if none exists. Not thread-safe.</summary>
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
                // It is not known whether the renewal succeeded. The next renewal comes before the lease ends.
            }
        }
    }

    // If the source cannot be reached, its leases are taken to exist until it answers.
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
