using System.Diagnostics.CodeAnalysis;

namespace Valkeyrie;

/// <summary>A key/value store: the eleven calls that every store serves with the same meaning.</summary>
/// <remarks>
/// <para>All members may be called from several threads at once. Every call ends within the store's
/// <see cref="KvStoreOptions.Timeout"/> for each round trip it makes, except those that wait by their nature:
/// a watch, and a lock without a timeout.</para>
/// <para>Every failure is a <see cref="KvException"/>, or an <see cref="OperationCanceledException"/> when the given
/// token was cancelled. A key that breaks the rules of <see cref="KeyRules"/> is refused with
/// <see cref="KvInvalidArgumentException"/> before anything is sent.</para>
/// <para>The forms that begin with <c>Try</c> report the expected "no" by their result; the others throw.</para>
/// <para>Disposing the store ends its watches, releases the locks it holds and lets its kept-alive leases go.</para>
/// </remarks>
public interface IKvStore : IAsyncDisposable
{
    /// <summary>What this store is and where: scheme, endpoints, namespace. Holds no secret.</summary>
    KvStoreInfo Info { get; }

    /// <summary>Makes one round trip to see that the store can be reached and accepts the credential.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What the server says of itself.</returns>
    /// <exception cref="KvUnreachableException">No endpoint answered.</exception>
    /// <exception cref="KvException">(<see cref="KvErrorCode.AuthenticationFailed"/>) The user or password is wrong.</exception>
    ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes a value, whether or not the key exists.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; an empty one is a value, not a missing one. Not kept after the call ends.</param>
    /// <param name="options">Time to live and the like; null for none.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>The pair as written, with its new revision. What only a further read could tell (<see cref="KvPair.CreateRevision"/>,
    /// <see cref="KvPair.Version"/>) is null where the store does not send it along.</returns>
    ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Consistency and revision; null for a linearizable read of the newest revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair, or null when the key does not exist (at that revision).</returns>
    /// <exception cref="KvCompactedException">The revision asked for is no longer kept.</exception>
    ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a key that must exist.</summary>
    /// <inheritdoc cref="TryGetAsync"/>
    /// <returns>The pair.</returns>
    /// <exception cref="KvKeyNotFoundException">The key does not exist.</exception>
    async ValueTask<KvPair> GetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await TryGetAsync(key, options, cancellationToken).ConfigureAwait(false) ?? throw await MissingAsync(options, key, cancellationToken).ConfigureAwait(false);

    /// <summary>Tells whether a key exists, without its value on the wire.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Consistency and revision; null for a linearizable read of the newest revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <returns>True if the key was removed, false if there was none.</returns>
    ValueTask<bool> TryDeleteAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Removes a key that must exist.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <exception cref="KvKeyNotFoundException">The key does not exist.</exception>
    async ValueTask DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        if (!await TryDeleteAsync(key, cancellationToken).ConfigureAwait(false))
        {
            throw new KvKeyNotFoundException(key, Info.Address);
        }
    }

    /// <summary>Streams the pairs of a range in key order (by the bytes of the key), all at one revision.</summary>
    /// <remarks>Pairs arrive page by page, so memory stays bounded however many there are. A directory without keys below it lists
    /// nothing if a key of that name exists. The side keys of locks are left out.</remarks>
    /// <param name="range">Which keys: a string is a directory; see <see cref="KvRange"/>.</param>
    /// <param name="options">Keys only, limit, revision, consistency; null for all pairs of the newest revision.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvKeyNotFoundException">A directory was asked for and neither it nor a key of that name exists.</exception>
    /// <exception cref="KvCompactedException">The revision was compacted before the listing ended.</exception>
    IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Counts the pairs that <see cref="ListAsync"/> would give, without values on the wire.</summary>
    /// <inheritdoc cref="ListAsync"/>
    /// <returns>How many, from 0.</returns>
    ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes every key of a range, and for a directory also the key of its own name, as <c>rm -r</c> does.</summary>
    /// <remarks>One atomic step. Side keys of locks inside the range go too, and their holders lose the lock.</remarks>
    /// <param name="range">Which keys. The whole store goes only by <see cref="KvRange.All"/>.</param>
    /// <param name="cancellationToken">Ends the call early; the keys may still have been removed.</param>
    /// <returns>How many keys were removed; 0 if there were none.</returns>
    ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default);

    /// <summary>Removes every key of a range that must hold at least one.</summary>
    /// <inheritdoc cref="TryDeleteTreeAsync"/>
    /// <returns>How many keys were removed; at least 1.</returns>
    /// <exception cref="KvKeyNotFoundException">The range holds no key.</exception>
    async ValueTask<long> DeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        var removed = await TryDeleteTreeAsync(range, cancellationToken).ConfigureAwait(false);
        return removed > 0 ? removed : throw new KvKeyNotFoundException(range.Text, Info.Address);
    }

    /// <summary>Writes a value only if the key is still at the given revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="revision">The revision (<see cref="KvPair.Revision"/>) that the key must have; 0: the key must not exist.</param>
    /// <param name="options">Time to live and the like; null for none.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>Whether it was written, and if not, what stood in the way.</returns>
    ValueTask<KvWriteResult> TryAtomicPutAsync(string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes a value only if the key is still at the given revision, else throws.</summary>
    /// <inheritdoc cref="TryAtomicPutAsync"/>
    /// <returns>The pair as written.</returns>
    /// <exception cref="KvKeyExistsException">The revision was 0 and the key exists.</exception>
    /// <exception cref="KvKeyModifiedException">The key is at another revision, or is gone.</exception>
    async ValueTask<KvPair> AtomicPutAsync(string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default) =>
        (await TryAtomicPutAsync(key, value, revision, options, cancellationToken).ConfigureAwait(false)).PairOrThrow(key, Info.Address);

    /// <summary>Removes a key only if it is still at the given revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The revision that the key must have; above 0.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <returns>Whether it was removed, and if not, what stood in the way.</returns>
    /// <exception cref="KvException">(<see cref="KvErrorCode.PreviousNotSpecified"/>) The revision is 0.</exception>
    ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default);

    /// <summary>Removes a key only if it is still at the given revision, else throws.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The revision that the key must have; above 0.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <exception cref="KvKeyNotFoundException">The key does not exist.</exception>
    /// <exception cref="KvKeyModifiedException">The key is at another revision.</exception>
    /// <exception cref="KvException">The revision is 0 (<see cref="KvErrorCode.PreviousNotSpecified"/>).</exception>
    async ValueTask AtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default)
    {
        var result = await TryAtomicDeleteAsync(key, revision, cancellationToken).ConfigureAwait(false);
        result.ThrowUnlessWritten(key, Info.Address);
    }

    /// <summary>Follows one key: first the pair as it is, then every change once and in order.</summary>
    /// <remarks>Nothing is lost between the read and the watch. The watch survives a broken connection and a change of leader. It ends when
    /// the token is cancelled or the store is closed.</remarks>
    /// <param name="key">The key; it need not exist.</param>
    /// <param name="options">Where to start and what to carry along; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="KvCompactedException">The next revision to deliver is no longer kept, and
    /// <see cref="KvWatchOptions.Resynchronize"/> was not asked for.</exception>
    /// <exception cref="KvHistoryChangedException">The store has another history now, as after it was restored or emptied, and
    /// <see cref="KvWatchOptions.Resynchronize"/> was not asked for.</exception>
    IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Follows every key of a range: first the pairs as they are, then every change once and in order.</summary>
    /// <remarks>As <see cref="WatchAsync"/>. The range may be empty or missing. The side keys of locks are left out.</remarks>
    /// <param name="range">Which keys: a string is a directory; see <see cref="KvRange"/>.</param>
    /// <param name="options">Where to start and what to carry along; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="KvCompactedException">As in <see cref="WatchAsync"/>.</exception>
    /// <exception cref="KvHistoryChangedException">As in <see cref="WatchAsync"/>.</exception>
    IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the lock of a key, waiting for it if need be, and keeps it alive until it is released.</summary>
    /// <remarks>Where locks stand on leases (etcd v3, the embedded store), the locks of one store with the same time to live may share a lease:
    /// one renewal keeps them all, and if it is lost or revoked, all of them are lost.</remarks>
    /// <param name="key">The key that the lock guards; it need not exist.</param>
    /// <param name="options">Time to live, timeout, value; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait. Nothing stays behind.</param>
    /// <returns>The held lock; dispose it to release it.</returns>
    /// <exception cref="KvCannotLockException">The timeout passed while others held the lock.</exception>
    /// <exception cref="KvTimeoutException">The timeout passed while the store gave no answer.</exception>
    ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives what only some stores can do: <see cref="IKvLeases"/>, <see cref="IKvTransactions"/> and the like. A cast is no substitute: a store may serve
    /// a capability by another object than itself.</summary>
    /// <typeparam name="TCapability">The capability's interface.</typeparam>
    /// <param name="capability">The capability; null where this store does not have it.</param>
    /// <returns>True if this store has it.</returns>
    bool TryGetCapability<TCapability>([NotNullWhen(true)] out TCapability? capability) where TCapability : class
    {
        capability = this as TCapability;
        return capability is not null;
    }

    /// <summary>Gives what only some stores can do, as <see cref="TryGetCapability"/> does, else throws.</summary>
    /// <typeparam name="TCapability">The capability's interface.</typeparam>
    /// <exception cref="KvNotSupportedException">This store does not have it.</exception>
    TCapability GetCapability<TCapability>() where TCapability : class =>
        TryGetCapability<TCapability>(out var capability) ? capability : throw new KvNotSupportedException(NameOf<TCapability>(), Info);

    // In words: IKvLeases is "leases".
    private static string NameOf<TCapability>() => string.Concat(typeof(TCapability).Name.Replace("IKv", "", StringComparison.Ordinal)
        .Select((letter, at) => at > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    /// <summary>The error of a key that was not there: of an older revision it tells when the key came.</summary>
    private async ValueTask<KvKeyNotFoundException> MissingAsync(KvReadOptions? options, string key, CancellationToken cancellationToken)
    {
        if (options?.Revision is not { } revision)
        {
            return new(key, Info.Address);
        }

        var now = await TryGetAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new(key, Info.Address, revision, now?.CreateRevision);
    }
}
