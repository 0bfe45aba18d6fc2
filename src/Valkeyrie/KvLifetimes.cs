namespace Valkeyrie;

/// <summary>How long keys live, on any store.</summary>
public static class KvLifetimes
{
    /// <summary>Completes a pair that was read by its time to live and what is left of it, for which stores with leases are asked once more.</summary>
    /// <remarks>etcd's API 2 sends along what is left, and Consul the time to live alone.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="pair">The pair, as the store gave it.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair with <see cref="KvPair.Ttl"/> and <see cref="KvPair.Remaining"/>; both are null for a key that does not expire. Where its lease has ended since
    /// the pair was read, nothing remains.</returns>
    /// <exception cref="KvNotSupportedException">The key is to go, and the store does not tell when (ZooKeeper).</exception>
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
