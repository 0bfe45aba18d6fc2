using System.Diagnostics;

namespace Valkeyrie.Engine;

/// <summary>Renews leases in the background until they are released or lost, and revokes the rest when the store closes.</summary>
/// <param name="source">Grants, renews and revokes the leases.</param>
public sealed class LeaseRenewer(ILeaseSource source) : IAsyncDisposable
{
    // A closing store must not hang on a dead server; a lease that is not revoked now ends with its time to live.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly object _gate = new();
    private readonly Dictionary<RenewedLease, Task> _leases = [];
    private readonly HashSet<Task> _revocations = [];
    private readonly CancellationTokenSource _closing = new();
    private bool _closed;

    /// <summary>The number of leases that are being renewed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>Starts to renew a lease of a lock, until it is released or its time to live has passed without a renewal.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">The time of the request, in <see cref="Stopwatch"/> ticks.</param>
    /// <exception cref="KvStoreClosedException">The store has been closed; the lease is not kept.</exception>
    public RenewedLease Keep(KvLease lease, long askedAt) => Keep(new RenewedLease(lease, askedAt));

    /// <summary>Starts to renew the lease of a key that is kept alive, while the key is attached to it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">The time of the request, in <see cref="Stopwatch"/> ticks.</param>
    /// <param name="key">The only key of the lease.</param>
    /// <param name="lost">Called once if the lease is lost; null for no callback.</param>
    /// <exception cref="KvStoreClosedException">The store has been closed; the lease is not kept.</exception>
    public void KeepKey(KvLease lease, long askedAt, string key, Action<KvKeepAliveLoss>? lost) =>
        Keep(new RenewedLease(lease, askedAt) { Key = key, EndsOnlyInStore = true, OnLost = lost });

    /// <summary>Starts to renew a lease that may already be renewed. From now on it is renewed regardless of its key.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">The time of the request, in <see cref="Stopwatch"/> ticks.</param>
    /// <param name="lost">Called once if the lease is lost; null to leave an earlier callback in place.</param>
    /// <exception cref="KvStoreClosedException">The store has been closed; the lease is not kept.</exception>
    public void KeepOnce(KvLease lease, long askedAt, Action<KvKeepAliveLoss>? lost = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            if (_leases.Keys.FirstOrDefault(l => l.Id == lease.Id && !l.HasEnded) is { } kept)
            {
                kept.Key = null;
                kept.OnLost = lost ?? kept.OnLost;
                return;
            }

            Keep(new RenewedLease(lease, askedAt) { EndsOnlyInStore = true, OnLost = lost });
        }
    }

    /// <summary>Grants a lease for locks and starts to renew it.</summary>
    /// <param name="ttl">The time to live.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<RenewedLease> GrantAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var sentAt = Stopwatch.GetTimestamp();
        var lease = await source.GrantLeaseAsync(ttl, cancellationToken).ConfigureAwait(false);
        return Keep(new RenewedLease(lease, sentAt) { EndsWithHistory = true });
    }

    /// <summary>Does not report the loss of a lease that this program is about to revoke.</summary>
    /// <param name="leaseId">The lease.</param>
    public void Dismiss(long leaseId)
    {
        lock (_gate)
        {
            foreach (var lease in _leases.Keys.Where(l => l.Id == leaseId))
            {
                lease.OnLost = null;
            }
        }
    }

    /// <summary>Stops renewing a lease and revokes it, without waiting.</summary>
    /// <param name="lease">The lease.</param>
    public void LetGo(RenewedLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lease.Stop();
        RevokeInBackground(lease.Id);
    }

    /// <summary>Revokes a lease without waiting. If that fails, it ends with its time to live.</summary>
    /// <param name="leaseId">The lease.</param>
    public void RevokeInBackground(long leaseId)
    {
        var revoking = RevokeAsync(leaseId, _closing.Token);
        lock (_gate)
        {
            _revocations.Add(revoking);
        }

        _ = revoking.ContinueWith(
            ended =>
            {
                lock (_gate)
                {
                    _revocations.Remove(ended);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Revokes the remaining leases, and waits for pending revocations, for at most a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        List<RenewedLease> leases;
        List<Task> renewals;
        List<Task> revocations;
        lock (_gate)
        {
            _closed = true;
            revocations = [.. _revocations];
            leases = [.. _leases.Keys.Where(l => !l.HasEnded)];
            renewals = [.. _leases.Values];
        }

        foreach (var lease in leases)
        {
            lease.Stop();
        }

        using var timeout = new CancellationTokenSource(CloseTimeout < source.Timeout ? CloseTimeout : source.Timeout);
        await Task.WhenAll(leases.Select(l => RevokeAsync(l.Id, timeout.Token))).ConfigureAwait(false);
        await Task.WhenAll(revocations).WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(renewals).ConfigureAwait(false);
    }

    private RenewedLease Keep(RenewedLease kept)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                Begin(kept);
                return kept;
            }
        }

        RevokeInBackground(kept.Id);
        throw new KvStoreClosedException(source.Info.Address);
    }

    private void Begin(RenewedLease lease)
    {
        _leases.Add(lease, Task.CompletedTask);
        var renewing = RenewUntilEndedAsync(lease);

        // A lease that ended earlier has already been removed.
        if (_leases.ContainsKey(lease))
        {
            _leases[lease] = renewing;
        }
    }

    private async Task RenewUntilEndedAsync(RenewedLease lease)
    {
        try
        {
            while (await lease.WaitForRenewalAsync().ConfigureAwait(false))
            {
                if (await TryRenewAsync(lease).ConfigureAwait(false) && lease.Key is { } key && !await IsAttachedAsync(lease, key).ConfigureAwait(false))
                {
                    StopUnlessKeptForItself(lease);
                }
            }

            await ReportLossAsync(lease).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _leases.Remove(lease);
            }
        }
    }

    // Not revoked: other keys that its owner attached to it live until the end of its time to live.
    private void StopUnlessKeptForItself(RenewedLease lease)
    {
        lock (_gate)
        {
            if (lease.Key is not null)
            {
                lease.Stop();
            }
        }
    }

    /// <summary>Checks whether the key is still attached; false if it was overwritten or removed, so that nothing needs the lease.</summary>
    private async Task<bool> IsAttachedAsync(RenewedLease lease, string key)
    {
        using var attempt = lease.NewAttempt();
        try
        {
            return await source.IsAttachedAsync(key, lease.Id, attempt.Token).ConfigureAwait(false) is true;
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Not known; the next renewal checks again.
            return true;
        }
    }

    private async Task<bool> TryRenewAsync(RenewedLease lease)
    {
        var sentAt = Stopwatch.GetTimestamp();
        using var attempt = lease.NewAttempt();
        try
        {
            var renewed = await source.RenewLeaseAsync(lease.Id, attempt.Token).ConfigureAwait(false);
            if (lease.EndsWithHistory && renewed.History != lease.History)
            {
                lease.MarkLost();
                return false;
            }

            lease.Renewed(renewed.Ttl, sentAt);
            return true;
        }
        catch (KvException e) when (e is KvLeaseNotFoundException or KvFileReplacedException)
        {
            lease.MarkLost();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            lease.RenewalFailed();
        }

        return false;
    }

    private async Task ReportLossAsync(RenewedLease lease)
    {
        if (lease.OnLost is null || !lease.Lost.IsCancellationRequested || (lease.Key is { } key && !await HasEndedWithAsync(lease, key).ConfigureAwait(false)))
        {
            return;
        }

        lock (_gate)
        {
            lease.ReportLoss(new KvKeepAliveLoss(lease.Key, lease.Key is null ? lease.Id : null));
        }
    }

    /// <summary>Checks whether a key has ended with its lease; false if a client overwrote it before, or this program has written it again.</summary>
    private async Task<bool> HasEndedWithAsync(RenewedLease lease, string key)
    {
        try
        {
            return await source.IsAttachedAsync(key, lease.Id, _closing.Token).ConfigureAwait(false) is not false;
        }
        catch (OperationCanceledException)
        {
            // The store is closing, and reports no more losses.
            return false;
        }
        catch (KvException)
        {
            // Not known, but most likely.
            return true;
        }
    }

    private async Task RevokeAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            await source.RevokeLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // The lease has already ended, or ends with its time to live.
        }
    }
}
