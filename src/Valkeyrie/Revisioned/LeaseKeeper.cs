using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie;

/// <summary>Renews leases in the background until they are let go or lost, and ends those that are left when the store closes.</summary>
internal sealed class LeaseKeeper(IRevisionedEngine engine) : IAsyncDisposable
{
    // A closing store must not hang on a server that is gone; what is not ended now ends with its time to live.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<KeptLease, Task> _leases = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Begins to renew a lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">When it was asked for, in <see cref="Stopwatch"/> ticks.</param>
    public KeptLease Keep(KvLease lease, long askedAt)
    {
        var kept = new KeptLease(lease, askedAt);
        _leases[kept] = RenewUntilEndedAsync(kept);
        return kept;
    }

    /// <summary>True while a lease is being renewed.</summary>
    public bool Keeps(long leaseId) => _leases.Keys.Any(l => l.Id == leaseId && !l.HasEnded);

    /// <summary>Grants a lease and begins to renew it.</summary>
    public async ValueTask<KeptLease> GrantAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var sentAt = Stopwatch.GetTimestamp();
        return Keep(await engine.GrantLeaseAsync(ttl, cancellationToken).ConfigureAwait(false), sentAt);
    }

    /// <summary>Stops renewing a lease and ends it, without waiting.</summary>
    public void LetGo(KeptLease lease)
    {
        lease.Stop();
        RevokeInBackground(lease.Id);
    }

    /// <summary>Ends a lease without waiting. Where that fails it ends with its time to live.</summary>
    public void RevokeInBackground(long leaseId) => _ = RevokeAsync(leaseId, _closing.Token);

    public async ValueTask DisposeAsync()
    {
        var leases = _leases.Keys.Where(l => !l.HasEnded).ToList();
        foreach (var lease in leases)
        {
            lease.Stop();
        }

        using var timeout = new CancellationTokenSource(CloseTimeout < engine.Timeout ? CloseTimeout : engine.Timeout);
        await Task.WhenAll(leases.Select(l => RevokeAsync(l.Id, timeout.Token))).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_leases.Values).ConfigureAwait(false);
    }

    private async Task RenewUntilEndedAsync(KeptLease lease)
    {
        try
        {
            while (await lease.WaitForRenewalAsync().ConfigureAwait(false))
            {
                await RenewAsync(lease).ConfigureAwait(false);
            }
        }
        finally
        {
            _leases.TryRemove(lease, out _);
        }
    }

    private async Task RenewAsync(KeptLease lease)
    {
        var sentAt = Stopwatch.GetTimestamp();
        using var attempt = lease.NewAttempt();
        try
        {
            var renewed = await engine.RenewLeaseAsync(lease.Id, attempt.Token).ConfigureAwait(false);
            lease.Renewed(renewed.Ttl, sentAt);
        }
        catch (KvLeaseNotFoundException)
        {
            lease.MarkLost();
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            lease.RenewalFailed();
        }
    }

    private async Task RevokeAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            await engine.RevokeLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // It has ended already, or ends with its time to live.
        }
    }
}
