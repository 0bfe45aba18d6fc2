namespace Valkeyrie;

/// <summary>A lease: a time to live that several keys can share. The store removes the attached keys when the lease ends.</summary>
/// <param name="Id">The lease's number; never 0. etcd's tools and the module's views show it in hexadecimal.</param>
/// <param name="Ttl">The granted time to live, which can be longer than the requested one.</param>
public sealed record KvLease(long Id, TimeSpan Ttl) : IFormattable
{
    /// <summary>The time until the lease ends unless it is renewed, at the moment of the answer; whole seconds on etcd. Only
    /// <see cref="IKvLeases.GetLeaseAsync"/> and <see cref="IKvLeases.ListLeasesAsync"/> set it; otherwise null.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The attached keys, lock keys included; in a store with a namespace only the keys inside it. Set by the same calls as <see cref="Remaining"/>;
    /// otherwise empty.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The history of the store in which the lease was granted or renewed; see <see cref="KvTransactionResult.History"/>.</summary>
    public long History { get; init; }

    /// <summary>The number in hexadecimal.</summary>
    public override string ToString() => $"{Id:x}";

    /// <summary>Formats the number or the keys as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>keys</c> for the first five keys and their number, <c>all</c> for all keys; <c>remaining</c> for the remaining time in whole
    /// seconds; null, empty or <c>G</c> for the number.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "keys" when Keys.Count > ShownKeys => $"{Shown(Keys.Take(ShownKeys))}, ... ({Keys.Count} keys)",
        "keys" or "all" => Shown(Keys),
        "remaining" => Remaining is { } left ? TimeSpan.FromSeconds(Math.Floor(left.TotalSeconds)).ToString() : "",
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a lease. Use keys, all or remaining."),
    };

    private const int ShownKeys = 5;

    private static string Shown(IEnumerable<string> keys) => string.Join(", ", keys.Select(VisibleText.Of));
}

/// <summary>The capability to use leases. A lease belongs to the whole store: a namespace limits the keys of a lease, not the leases.</summary>
/// <remarks>The number 0, which stands for no lease, is refused with <see cref="KvInvalidArgumentException"/>.</remarks>
public interface IKvLeases
{
    /// <summary>Grants a lease.</summary>
    /// <param name="ttl">The time to live unless renewed. A fraction of a second is rounded up.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvInvalidArgumentException">The time to live is zero or less, or longer than 9,000,000,000 seconds.</exception>
    ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease once, to its full time to live.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease at once, and from then on in the background until it ends or the store is closed. Closing the store revokes the lease.</summary>
    /// <remarks>During an outage the renewal is retried; the store's answer then shows whether the lease has ended.</remarks>
    /// <param name="leaseId">The lease. If it is already kept alive, the call only renews it.</param>
    /// <param name="lost">Called on any thread, at most once, if the lease ends although this store was neither closed nor asked to revoke it. It replaces the
    /// callback of an earlier call for the lease, unless it is null. An exception of the callback is ignored. Default: null, no callback.</param>
    /// <param name="cancellationToken">Ends the call early; has no effect after the call has returned.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    ValueTask<KvLease> KeepLeaseAliveAsync(long leaseId, Action<KvKeepAliveLoss>? lost = null, CancellationToken cancellationToken = default);

    /// <summary>Revokes a lease: ends it and removes the attached keys.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early; the lease may still have been revoked.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has already ended.</exception>
    ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Reads a lease with its remaining time and its keys.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">The lease has ended.</exception>
    ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Streams all leases with their remaining times and keys, in no particular order. Leases that end during the call are omitted.</summary>
    /// <remarks>On etcd each lease costs one call. A lease that was just granted through another member of a cluster may be missing.</remarks>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvLease> ListLeasesAsync(CancellationToken cancellationToken = default);
}
