using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>What can be done with the leases of any store that has them.</summary>
public static class KvLeases
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    // The timer's own limit lies at 49 days.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>Renews a lease for as long as the stream is read, three times in its time to live, and at least once a day. The lease is not ended with the stream: it lives on for its time.</summary>
    /// <remarks>While the store is away it is asked again and again; whether the lease has outlived that is known when it answers.</remarks>
    /// <param name="leases">The store.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The lease, after each renewal.</returns>
    /// <exception cref="KvLeaseNotFoundException">It has ended.</exception>
    public static async IAsyncEnumerable<KvLease> RenewUntilStoppedAsync(
        this IKvLeases leases, long leaseId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(leases);
        var lease = await leases.RenewLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            yield return lease;
            await Task.Delay(lease.Ttl / 3 < LongestPause ? lease.Ttl / 3 : LongestPause, cancellationToken).ConfigureAwait(false);
            var renewed = await TryRenewAsync(leases, leaseId, cancellationToken).ConfigureAwait(false);
            while (renewed is null)
            {
                await Task.Delay(AwayPause, cancellationToken).ConfigureAwait(false);
                renewed = await TryRenewAsync(leases, leaseId, cancellationToken).ConfigureAwait(false);
            }

            lease = renewed;
        }
    }

    private static async ValueTask<KvLease?> TryRenewAsync(IKvLeases leases, long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.RenewLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
        }
        catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
        {
            return null;
        }
    }
}
