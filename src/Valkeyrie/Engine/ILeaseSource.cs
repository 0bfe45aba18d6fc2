namespace Valkeyrie.Engine;

/// <summary>What grants times to live that can be renewed: leases, or the sessions of a store that has those instead.</summary>
public interface ILeaseSource
{
    /// <summary>What it is and where.</summary>
    KvStoreInfo Info { get; }

    /// <summary>The longest that one round trip may take.</summary>
    TimeSpan Timeout { get; }

    /// <inheritdoc cref="IKvLeases.GrantLeaseAsync"/>
    ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken);

    /// <inheritdoc cref="IKvLeases.RenewLeaseAsync"/>
    ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <inheritdoc cref="IKvLeases.RevokeLeaseAsync"/>
    ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <summary>Checks whether a key is attached to a lease, so that it goes when the lease ends.</summary>
    /// <param name="key">The key.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<bool> IsAttachedAsync(string key, long leaseId, CancellationToken cancellationToken);
}
