namespace Valkeyrie.Engine;

/// <summary>Grants and renews times to live: leases, or the sessions of a store that has sessions instead.</summary>
public interface ILeaseSource
{
    /// <summary>The identity of the store.</summary>
    KvStoreInfo Info { get; }

    /// <summary>The longest duration of one round trip.</summary>
    TimeSpan Timeout { get; }

    /// <inheritdoc cref="IKvLeases.GrantLeaseAsync"/>
    ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken);

    /// <inheritdoc cref="IKvLeases.RenewLeaseAsync"/>
    ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <inheritdoc cref="IKvLeases.RevokeLeaseAsync"/>
    ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken);

    /// <summary>Checks whether a key is attached to a lease, so that it is removed when the lease ends; null if the key does not exist.</summary>
    /// <param name="key">The key.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<bool?> IsAttachedAsync(string key, long leaseId, CancellationToken cancellationToken);
}
