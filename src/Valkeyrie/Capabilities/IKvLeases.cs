namespace Valkeyrie;

/// <summary>A lease: a time to live that keys can be attached to. They are removed when it ends.</summary>
/// <param name="Id">The lease's number; never 0.</param>
/// <param name="Ttl">The time to live that the store granted, which may be longer than the one asked for.</param>
public sealed record KvLease(long Id, TimeSpan Ttl);

/// <summary>Stores with leases.</summary>
public interface IKvLeases
{
    /// <summary>Makes a lease.</summary>
    /// <param name="ttl">How long it lives unless renewed; a fraction of a second is rounded up.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease once, to its full time to live.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">It has ended.</exception>
    ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and removes its keys.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early; the lease may still have been ended.</param>
    /// <exception cref="KvLeaseNotFoundException">It has already ended.</exception>
    ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default);
}
