using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <content>The capabilities of stores with revisions.</content>
public sealed partial class RevisionedStore : IKvTransactions, IKvLeases, IKvHistory, IKvEndpoints, IKvSnapshots
{
    // A list of leases reads each of them; this number is enough to hide the round trip.
    private const int LeasesAtOnce = 32;

    /// <inheritdoc/>
    public bool TryGetCapability<TCapability>([NotNullWhen(true)] out TCapability? capability) where TCapability : class
    {
        capability = this as TCapability ?? _engine.CapabilityOf<TCapability>();
        return capability is not null;
    }

    /// <inheritdoc/>
    public ValueTask<KvTransactionResult> CommitAsync(KvTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ThrowIfClosed();
        TransactionRules.Check(transaction);
        return _engine.CommitAsync(transaction, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        OptionRules.TtlSeconds(ttl);
        return _engine.GrantLeaseAsync(ttl, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        OptionRules.CheckLease(leaseId);
        return _engine.RenewLeaseAsync(leaseId, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<KvLease> KeepLeaseAliveAsync(long leaseId, Action<KvKeepAliveLoss>? lost = null, CancellationToken cancellationToken = default)
    {
        var sentAt = Stopwatch.GetTimestamp();
        var lease = await RenewLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        _renewer.KeepOnce(lease, sentAt, lost);
        return lease;
    }

    /// <inheritdoc/>
    public ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        OptionRules.CheckLease(leaseId);
        _renewer.Dismiss(leaseId);
        return _engine.RevokeLeaseAsync(leaseId, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        OptionRules.CheckLease(leaseId);
        return _engine.GetLeaseAsync(leaseId, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvLease> ListLeasesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        foreach (var ids in (await _engine.ListLeaseIdsAsync(cancellationToken).ConfigureAwait(false)).Chunk(LeasesAtOnce))
        {
            foreach (var lease in await Task.WhenAll(ids.Select(id => TryGetLeaseAsync(id, cancellationToken))).ConfigureAwait(false))
            {
                if (lease is not null)
                {
                    yield return lease;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvEvent> HistoryAsync(
        string key, KvHistoryOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        var known = false;
        await foreach (var change in _engine.HistoryAsync(key, options?.SinceCreation ?? false, cancellationToken).ConfigureAwait(false))
        {
            known = true;
            yield return change;
        }

        if (!known)
        {
            throw new KvKeyNotFoundException(key, Info.Address);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        return _engine.CheckEndpointsAsync(OptionRules.CheckEndpointTimeout(timeout) ?? _engine.Timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<KvSnapshot> SaveSnapshotAsync(Stream destination, KvSnapshotOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ThrowIfClosed();
        return _engine.SaveSnapshotAsync(destination, options ?? new KvSnapshotOptions(), cancellationToken);
    }

    private async Task<KvLease?> TryGetLeaseAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            return await _engine.GetLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        }
        catch (KvLeaseNotFoundException)
        {
            return null;
        }
    }
}
