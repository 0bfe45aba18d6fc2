namespace Valkeyrie;

/// <summary>A lock that was taken. Disposing it releases it.</summary>
/// <remarks>A holder that was stopped or cut off for longer than <see cref="Ttl"/> may believe for a moment that it still holds the lock.
/// Where that matters, pass <see cref="FencingToken"/> along with every write to the guarded resource and have it refuse lower ones.
/// Locks that one store holds may stand on one lease, see <see cref="IKvStore.LockAsync"/>: revoking it loses them all.</remarks>
public abstract class KvLock : IAsyncDisposable, IFormattable
{
    /// <summary>The key that the lock guards.</summary>
    public abstract string Key { get; }

    /// <summary>A number that is higher for each later holder of this lock.</summary>
    public abstract long FencingToken { get; }

    /// <summary>How long the lock outlives its holder, should the holder die.</summary>
    public abstract TimeSpan Ttl { get; }

    /// <summary>True until the lock is released or lost.</summary>
    public abstract bool IsHeld { get; }

    /// <summary>Fires at once when the lock ends by anything but <see cref="UnlockAsync"/>: its lease ended, its key was removed, its store was
    /// closed, or somebody broke it (<see cref="BreakAsync"/>). Where this process ends the lock, it fires before the lock is released.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>Why <see cref="Lost"/> fired; null while it has not.</summary>
    public abstract KvLockLostReason? LostReason { get; }

    /// <summary>The lock's key, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>key</c>; null, empty or <c>G</c> for the text of <see cref="object.ToString"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString()!,
        "key" => VisibleText.Of(Key),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a lock. Use key."),
    };

    /// <summary>Releases the lock; for its holder, who is done. Releasing it again does nothing.</summary>
    /// <param name="cancellationToken">Ends the call early; the release goes on in the background.</param>
    /// <exception cref="KvLockLostException">The lock had been lost before.</exception>
    public abstract ValueTask UnlockAsync(CancellationToken cancellationToken = default);

    /// <summary>Releases the lock although it is held, for code other than the holder. The holder is notified first: <see cref="Lost"/> fires, and what is registered
    /// there has up to a second to end its work. The holder's own <see cref="UnlockAsync"/> then throws. A lock that is not held is left alone.</summary>
    /// <param name="cancellationToken">Ends the call early; the release goes on in the background.</param>
    public abstract ValueTask BreakAsync(CancellationToken cancellationToken = default);

    /// <summary>Releases the lock if it is still held. Does not fail: what cannot be released now ends with its time to live.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await UnlockAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Lost, out of reach, or an earlier unlock was given up: there is nothing left that a disposer could do about it.
        }

        GC.SuppressFinalize(this);
    }
}
