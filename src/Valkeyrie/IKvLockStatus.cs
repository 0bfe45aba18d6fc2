namespace Valkeyrie;

/// <summary>Stores that tell who holds a lock and who waits for it.</summary>
public interface IKvLockStatus
{
    /// <summary>Tells who holds the lock of a key.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="form">Which lock.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The lock; null if nobody holds it.</returns>
    ValueTask<KvLockStatus?> TryGetLockAsync(string key, KvLockForm form = KvLockForm.Beside, CancellationToken cancellationToken = default);

    /// <summary>Streams the locks of a range of keys that somebody holds, in no promised order.</summary>
    /// <remarks>Looks at every key of the range. With <see cref="KvLockForm.EtcdMutex"/> what has the shape of such a lock counts as one: an election is made of
    /// the same keys.</remarks>
    /// <param name="range">Which locked keys.</param>
    /// <param name="form">Which locks.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvLockStatus> ListLocksAsync(KvRange range, KvLockForm form = KvLockForm.Beside, CancellationToken cancellationToken = default);
}

/// <summary>A lock as others see it.</summary>
/// <param name="Key">The locked key.</param>
/// <param name="Owner">Who holds it (<see cref="KvLockOptions.Owner"/>); empty where the holder does not say, as etcd's own tools.</param>
/// <param name="FencingToken">The holder's <see cref="KvLock.FencingToken"/>.</param>
public sealed record KvLockStatus(string Key, string Owner, long FencingToken) : IFormattable
{
    /// <summary>Since when it is held, by the holder's clock, to the second; null where the holder does not say.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The lease that the lock stands on; it may carry others of the same process.</summary>
    public long? LeaseId { get; init; }

    /// <summary>The owners who wait for it, in the order in which they will get it; an empty text for each that does not say.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>Key and owner.</summary>
    public override string ToString() => $"{Key}: {Owner}";

    /// <summary>A part of the lock, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>key</c>, <c>owner</c>, or <c>waiting</c> for those who wait in one line; null, empty or <c>G</c> for key and owner as they are.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Key),
        "owner" => VisibleText.Of(Owner),
        "waiting" => VisibleText.Of(string.Join(", ", Waiting)),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a lock's status. Use key, owner or waiting."),
    };
}
