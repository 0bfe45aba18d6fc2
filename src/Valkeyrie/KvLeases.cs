using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Extensions for the leases of any store.</summary>
public static class KvLeases
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(500);

    // A timer accepts at most 49 days.
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>Renews a lease while the stream is read: three times during its time to live, and at least once a day. The end of the stream does not revoke
    /// the lease: it then lives for its time to live.</summary>
    /// <remarks>During an outage the renewal is retried; the store's answer then shows whether the lease has ended.</remarks>
    /// <param name="leases">The store.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The lease, after each renewal.</returns>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
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
