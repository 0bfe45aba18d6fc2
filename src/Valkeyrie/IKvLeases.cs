namespace Valkeyrie;

/// <summary>A lease: a time to live that keys can be attached to. They are removed when it ends.</summary>
/// <param name="Id">The lease's number; never 0. etcd's own tools, and the module's views, show it in hexadecimal.</param>
/// <param name="Ttl">The time to live that the store granted, which may be longer than the one asked for.</param>
public sealed record KvLease(long Id, TimeSpan Ttl) : IFormattable
{
    /// <summary>How long the lease lives from the moment of the answer unless it is renewed, to the second on etcd; null unless asked for by
    /// <see cref="IKvLeases.GetLeaseAsync"/> or <see cref="IKvLeases.ListLeasesAsync"/>.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The keys that go when the lease ends, those that locks are made of among them; empty unless asked for as
    /// <see cref="Remaining"/>. In a store with a namespace: those inside it.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Which history of the store it was granted or renewed in; see <see cref="KvTransactionResult.History"/>.</summary>
    public long History { get; init; }

    /// <summary>The number in hexadecimal.</summary>
    public override string ToString() => $"{Id:x}";

    /// <summary>The number, or the keys, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>keys</c> for the first five keys and how many there are, <c>all</c> for all of them;
    /// <c>remaining</c> for what is left of its time in whole seconds; null, empty or <c>G</c> for the number.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
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

/// <summary>Stores with leases. A lease belongs to the whole store: a namespace does not divide them, only their keys.</summary>
public interface IKvLeases
{
    /// <summary>Makes a lease.</summary>
    /// <param name="ttl">How long it lives unless renewed; a fraction of a second is rounded up.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvInvalidArgumentException">The time is zero or less, or longer than can be held.</exception>
    ValueTask<KvLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease once, to its full time to live.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">It has ended.</exception>
    ValueTask<KvLease> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease now, and from then on in the background until it ends or the store is closed, which ends it.</summary>
    /// <param name="leaseId">The lease. One that is kept alive already is only renewed.</param>
    /// <param name="cancellationToken">Ends the call early; once it has returned, no more.</param>
    /// <exception cref="KvLeaseNotFoundException">It has ended.</exception>
    ValueTask<KvLease> KeepLeaseAliveAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and removes its keys.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early; the lease may still have been ended.</param>
    /// <exception cref="KvLeaseNotFoundException">It has already ended.</exception>
    ValueTask RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Tells of one lease what is left of its time, and its keys.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="KvLeaseNotFoundException">It has ended.</exception>
    ValueTask<KvLease> GetLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Tells the same of every lease, in no promised order. One that ends meanwhile is left out.</summary>
    /// <remarks>On etcd each takes a call of its own. A lease that was just made through another member of a cluster may be missing.</remarks>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvLease> ListLeasesAsync(CancellationToken cancellationToken = default);
}
