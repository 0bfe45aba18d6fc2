using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Extensions that read the remaining time of keys, on any store.</summary>
public static class KvLifetimes
{
    // Enough to hide the latency of a server, and few enough not to burden it.
    private const int LookupsInFlight = 32;

    // Limits the memory: each key that was written with a time to live has its own lease.
    private const int MostKnownLeases = 100_000;

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
        return LeasesToAsk(store, pair) is { } leases
            ? Completed(pair, await ReadAsync(leases, pair.LeaseId!.Value, cancellationToken).ConfigureAwait(false))
            : pair;
    }

    /// <summary>Adds the time to live and the remaining time to listed pairs, in their order. A store with leases is asked once for each lease, with up to 33 calls in
    /// flight.</summary>
    /// <remarks>The result for a pair is that of <see cref="WithLifetimeAsync"/>. The remaining time is that of the moment when the store was asked for the lease.</remarks>
    /// <param name="store">The store.</param>
    /// <param name="pairs">The pairs, as the store returned them.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvNotSupportedException">A key expires, but the store does not report when (ZooKeeper).</exception>
    public static IAsyncEnumerable<KvPair> WithLifetimesAsync(this IKvStore store, IAsyncEnumerable<KvPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(pairs);
        return CompleteAsync(store, pairs, cancellationToken);
    }

    private static async IAsyncEnumerable<KvPair> CompleteAsync(IKvStore store, IAsyncEnumerable<KvPair> pairs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var known = new Dictionary<long, Task<Lifetime?>>();
        var waiting = new Queue<(KvPair Pair, Task<Lifetime?>? Lookup)>();
        try
        {
            await foreach (var pair in pairs.WithCancellation(ending.Token).ConfigureAwait(false))
            {
                waiting.Enqueue((pair, Lookup(pair)));
                while (waiting.TryPeek(out var first) && (first.Lookup is null or { IsCompleted: true } || waiting.Count > LookupsInFlight))
                {
                    waiting.Dequeue();
                    yield return await CompletedAsync(first.Pair, first.Lookup).ConfigureAwait(false);
                }
            }

            while (waiting.TryDequeue(out var next))
            {
                yield return await CompletedAsync(next.Pair, next.Lookup).ConfigureAwait(false);
            }
        }
        finally
        {
            // A caller that stops reading does not wait for answers, and no failure remains unobserved.
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(waiting.Select(rest => rest.Lookup ?? Task.CompletedTask)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<Lifetime?>? Lookup(KvPair pair)
        {
            if (LeasesToAsk(store, pair) is not { } leases)
            {
                return null;
            }

            var leaseId = pair.LeaseId!.Value;
            if (!known.TryGetValue(leaseId, out var lookup))
            {
                if (known.Count == MostKnownLeases)
                {
                    known.Clear();
                }

                lookup = ReadAsync(leases, leaseId, ending.Token);
                known.Add(leaseId, lookup);
            }

            return lookup;
        }
    }

    // Null if there is nothing to ask for.
    private static IKvLeases? LeasesToAsk(IKvStore store, KvPair pair) =>
        pair.LeaseId is null ? null
        : store.TryGetCapability<IKvLeases>(out var leases) ? leases
        : pair.Ttl is not null ? null
        : throw new KvNotSupportedException("the time to live of a key that was read", store.Info) { Key = pair.Key };

    private static async Task<Lifetime?> ReadAsync(IKvLeases leases, long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            var lease = await leases.GetLeaseAsync(leaseId, cancellationToken).ConfigureAwait(false);
            return new(lease.Ttl, lease.Remaining);
        }
        catch (KvLeaseNotFoundException)
        {
            return null;
        }
    }

    private static async ValueTask<KvPair> CompletedAsync(KvPair pair, Task<Lifetime?>? lookup) =>
        lookup is null ? pair : Completed(pair, await lookup.ConfigureAwait(false));

    private static KvPair Completed(KvPair pair, Lifetime? lifetime) =>
        lifetime is null ? pair.WithLifetime(pair.Ttl, TimeSpan.Zero) : pair.WithLifetime(lifetime.Ttl, lifetime.Remaining);

    private sealed record Lifetime(TimeSpan Ttl, TimeSpan? Remaining);
}
