namespace Valkeyrie;

/// <summary>Extensions that read the remaining time of keys, on any store.</summary>
public static class KvLifetimes
{
    /// <summary>Adds the time to live and the remaining time to a pair that was read. Stores with leases are asked for them in another call.</summary>
    /// <remarks>etcd's API 2 sends only the remaining time with a pair, and Consul only the time to live.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="pair">The pair, as the store returned it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair with <see cref="KvPair.Ttl"/> and <see cref="KvPair.Remaining"/>; both are null for a key that does not expire. If the lease has ended
    /// since the pair was read, the remaining time is zero.</returns>
    /// <exception cref="KvNotSupportedException">The key expires, but the store does not report when (ZooKeeper).</exception>
    public static async ValueTask<KvPair> WithLifetimeAsync(this IKvStore store, KvPair pair, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(pair);
        if (pair.LeaseId is not { } leaseId)
        {
            return pair;
        }

        if (!store.TryGetCapability<IKvLeases>(out var leases))
        {
            return pair.Ttl is not null ? pair : throw new KvNotSupportedException("the time to live of a key that was read", store.Info) { Key = pair.Key };
        }

        try
        {
            var lease = await leases.GetLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
            return pair.WithLifetime(lease.Ttl, lease.Remaining);
        }
        catch (KvLeaseNotFoundException)
        {
            return pair.WithLifetime(pair.Ttl, TimeSpan.Zero);
        }
    }
}
