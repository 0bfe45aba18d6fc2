namespace Valkeyrie;

/// <summary>A held lock. Dispose it to release it.</summary>
/// <remarks>A holder that was suspended or disconnected for longer than <see cref="Ttl"/> may believe for a moment that it still holds the lock. If that
/// matters, send <see cref="FencingToken"/> with every write to the guarded resource, and let the resource refuse lower tokens. Locks of one store can share a
/// lease (see <see cref="IKvStore.LockAsync"/>): if it is revoked, all of them are lost.</remarks>
public abstract class KvLock : IAsyncDisposable, IFormattable
{
    /// <summary>The key that the lock guards.</summary>
    public abstract string Key { get; }

    /// <summary>A number that grows with each holder of this lock.</summary>
    public abstract long FencingToken { get; }

    /// <summary>The time for which the lock remains if its holder dies.</summary>
    public abstract TimeSpan Ttl { get; }

    /// <summary>True until the lock is released or lost.</summary>
    public abstract bool IsHeld { get; }

    /// <summary>Is cancelled when the lock ends without <see cref="UnlockAsync"/>: its lease ended, its key was removed, its store was closed, or
    /// <see cref="BreakAsync"/> was called. If this process ends the lock, the holder is notified before the lock is released.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>The reason why <see cref="Lost"/> was cancelled; null while it is not.</summary>
    public abstract KvLockLostReason? LostReason { get; }

    /// <summary>Formats the key of the lock as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c>; null, empty or <c>G</c> for the text of <see cref="object.ToString"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString()!,
        "key" => VisibleText.Of(Key),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a lock. Use key."),
    };

    /// <summary>Releases the lock. The holder calls it when its work is done. Releasing the lock again does nothing.</summary>
    /// <param name="cancellationToken">Ends the call early; the release continues in the background.</param>
    /// <exception cref="KvLockLostException">The lock was lost before.</exception>
    public abstract ValueTask UnlockAsync(CancellationToken cancellationToken = default);

    /// <summary>Releases the lock on behalf of code other than the holder. The holder is notified first: <see cref="Lost"/> is cancelled, and the callbacks
    /// registered there have up to a second. The holder's own <see cref="UnlockAsync"/> then throws. Has no effect on a lock that is not held.</summary>
    /// <param name="cancellationToken">Ends the call early; the release continues in the background.</param>
    public abstract ValueTask BreakAsync(CancellationToken cancellationToken = default);

    /// <summary>Releases the lock if it is still held. Does not throw: if the store cannot be reached, the lock ends with its time to live.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await UnlockAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Lost, out of reach, or an earlier unlock was abandoned: a disposer cannot do more.
        }

        GC.SuppressFinalize(this);
    }
}
