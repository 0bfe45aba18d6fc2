namespace Valkeyrie;

/// <summary>The capability to read who holds a lock and who waits for it.</summary>
public interface IKvLockStatus
{
    /// <summary>Reads the holder of a key's lock and the waiting contenders.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="form">The form of the lock.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The lock; null if it has no holder.</returns>
    /// <exception cref="KvNotSupportedException">The store does not support the form.</exception>
    ValueTask<KvLockStatus?> TryGetLockAsync(string key, KvLockForm form = KvLockForm.Beside, CancellationToken cancellationToken = default);

    /// <summary>Streams the held locks of a range of keys, in no particular order.</summary>
    /// <remarks>Reads every key of the range. With <see cref="KvLockForm.EtcdMutex"/>, keys in the form of such a lock count as one, so an election, which uses
    /// the same form, is listed too.</remarks>
    /// <param name="range">The range of the locked keys.</param>
    /// <param name="form">The form of the locks.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<KvLockStatus> ListLocksAsync(KvRange range, KvLockForm form = KvLockForm.Beside, CancellationToken cancellationToken = default);
}

/// <summary>The public state of a lock.</summary>
/// <param name="Key">The locked key.</param>
/// <param name="Owner">The holder's <see cref="KvLockOptions.Owner"/>; empty if the holder set none, as etcd's own tools do.</param>
/// <param name="FencingToken">The holder's <see cref="KvLock.FencingToken"/>.</param>
public sealed record KvLockStatus(string Key, string Owner, long FencingToken) : IFormattable
{
    /// <summary>The time at which the holder took the lock, by the holder's clock, to the second; null if the holder did not record it.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The lease of the lock; several locks of one process can share it.</summary>
    public long? LeaseId { get; init; }

    /// <summary>The waiting owners, in the order in which they will get the lock; an empty text for each contender without an owner.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>The key and the owner.</summary>
    public override string ToString() => $"{Key}: {Owner}";

    /// <summary>Formats a part of the lock as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c>, <c>owner</c>, or <c>waiting</c> for the waiting owners in one line; null, empty or <c>G</c> for the unchanged text of
    /// <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(Key),
        "owner" => VisibleText.Of(Owner),
        "waiting" => VisibleText.Of(string.Join(", ", Waiting)),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a lock's status. Use key, owner or waiting."),
    };
}
