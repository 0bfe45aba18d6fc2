using System.Diagnostics.CodeAnalysis;

namespace Valkeyrie;

/// <summary>A key/value store. Its calls have the same meaning on every store; <see cref="KvStoreInfo.Promises"/> states the differences that remain.</summary>
/// <remarks>
/// <para>All members can be called from several threads at once. Each round trip of a call ends within the store's <see cref="KvStoreOptions.Timeout"/>. Only
/// watches, and locks without a timeout, wait longer.</para>
/// <para>Every failure is a <see cref="KvException"/>, or an <see cref="OperationCanceledException"/> if the caller's token was cancelled. A key that breaks
/// the rules of <see cref="KeyRules"/>, or an invalid option, is refused with <see cref="KvInvalidArgumentException"/> before anything is sent. After the store
/// was closed, calls throw <see cref="KvStoreClosedException"/>.</para>
/// <para>The methods that begin with <c>Try</c> report an expected failure by their result; the others throw.</para>
/// <para>Disposing the store ends its watches, releases its locks, and revokes the leases that it keeps alive.</para>
/// </remarks>
public interface IKvStore : IAsyncDisposable
{
    /// <summary>Gets the identity of the store: scheme, endpoints, namespace and promises. Contains no secret.</summary>
    KvStoreInfo Info { get; }

    /// <summary>Checks in one round trip that the store can be reached and accepts the credential.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The server's own report.</returns>
    /// <exception cref="KvUnreachableException">No endpoint answered.</exception>
    /// <exception cref="KvException">(<see cref="KvErrorCode.AuthenticationFailed"/>) The user or password is wrong.</exception>
    ValueTask<KvServerStatus> PingAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes a value, whether or not the key exists.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; an empty value is a value, not a missing one. The store does not keep the memory after the call.</param>
    /// <param name="options">Time to live, lease and directory; null for none.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>The written pair with its new revision. <see cref="KvPair.CreateRevision"/> and <see cref="KvPair.Version"/> are null if the store does not
    /// send them.</returns>
    /// <exception cref="KvLeaseNotFoundException">The lease does not exist.</exception>
    /// <exception cref="KvNotSupportedException">A lease is specified, and the store has no leases.</exception>
    ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Consistency and revision; null for a linearizable read of the newest revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair, or null when the key does not exist (at that revision).</returns>
    /// <exception cref="KvCompactedException">The requested revision is no longer kept.</exception>
    /// <exception cref="KvNotSupportedException">A revision is specified, and the store keeps no history (<see cref="KvPromises.History"/>).</exception>
    ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a key that must exist.</summary>
    /// <inheritdoc cref="TryGetAsync"/>
    /// <returns>The pair.</returns>
    /// <exception cref="KvKeyNotFoundException">The key does not exist.</exception>
    async ValueTask<KvPair> GetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await TryGetAsync(key, options, cancellationToken).ConfigureAwait(false) ?? throw await MissingAsync(options, key, cancellationToken).ConfigureAwait(false);

    /// <summary>Checks whether a key exists. Stores that can do so do not transfer its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Consistency and revision; null for a linearizable read of the newest revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <returns>True if the key was removed, false if it did not exist.</returns>
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

    /// <summary>Streams the pairs of a range in key order (by the bytes of the key), at one revision if the store promises it
    /// (<see cref="KvPromises.ListingAtOneRevision"/>).</summary>
    /// <remarks>Pairs arrive in pages, so the memory stays bounded for any number of pairs. A directory without keys below it lists nothing if a key of that
    /// name exists. The listing omits lock keys.</remarks>
    /// <param name="range">The keys: a string is a directory; see <see cref="KvRange"/>.</param>
    /// <param name="options">Keys only, limit, revision, consistency; null for all pairs of the newest revision.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="KvKeyNotFoundException">The range is a directory, and neither the directory nor a key of that name exists.</exception>
    /// <exception cref="KvCompactedException">The revision was compacted before the listing ended.</exception>
    /// <exception cref="KvNotSupportedException">A revision is specified, and the store keeps no history; or the store cannot list in descending order without
    /// a limit.</exception>
    IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Counts the pairs that <see cref="ListAsync"/> would return. Stores that can do so do not transfer the values.</summary>
    /// <inheritdoc cref="ListAsync"/>
    /// <returns>The number of pairs, from 0.</returns>
    ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes every key of a range, and for a directory also the key of its own name, as <c>rm -r</c> does.</summary>
    /// <remarks>The removal is one atomic step, unless the store states otherwise (<see cref="KvPromises.TreesRemovedAtOnce"/>). It also removes the lock keys
    /// in the range, so their holders lose their locks.</remarks>
    /// <param name="range">The keys. Only <see cref="KvRange.All"/> removes the whole store.</param>
    /// <param name="cancellationToken">Ends the call early; the keys may still have been removed.</param>
    /// <returns>The number of removed keys; 0 if there were none.</returns>
    /// <exception cref="KvInvalidArgumentException">The range is the directory <c>/</c>, which could mean the whole store.</exception>
    ValueTask<long> TryDeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default);

    /// <summary>Removes every key of a range, which must contain at least one.</summary>
    /// <inheritdoc cref="TryDeleteTreeAsync"/>
    /// <returns>The number of removed keys, at least 1.</returns>
    /// <exception cref="KvKeyNotFoundException">The range contains no key.</exception>
    async ValueTask<long> DeleteTreeAsync(KvRange range, CancellationToken cancellationToken = default)
    {
        var removed = await TryDeleteTreeAsync(range, cancellationToken).ConfigureAwait(false);
        return removed > 0 ? removed : throw new KvKeyNotFoundException(range.Text, Info.Address);
    }

    /// <summary>Writes a value only if the key is still at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="revision">The required revision of the key (<see cref="KvPair.Revision"/>), from 0; 0: the key must not exist.</param>
    /// <param name="options">Time to live and lease; null for none.</param>
    /// <param name="cancellationToken">Ends the call early; the write may still have been made.</param>
    /// <returns>The outcome: whether the value was written, and if not, the reason and the key's current revision.</returns>
    ValueTask<KvWriteResult> TryAtomicPutAsync(string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes a value only if the key is still at a revision; otherwise throws.</summary>
    /// <inheritdoc cref="TryAtomicPutAsync"/>
    /// <returns>The written pair.</returns>
    /// <exception cref="KvKeyExistsException">The revision was 0 and the key exists.</exception>
    /// <exception cref="KvKeyModifiedException">The key is at another revision, or was removed.</exception>
    async ValueTask<KvPair> AtomicPutAsync(string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions? options = null, CancellationToken cancellationToken = default) =>
        (await TryAtomicPutAsync(key, value, revision, options, cancellationToken).ConfigureAwait(false)).PairOrThrow(key, Info.Address);

    /// <summary>Removes a key only if it is still at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The required revision of the key; above 0.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <returns>The outcome: whether the key was removed, and if not, the reason and the key's current revision.</returns>
    /// <exception cref="KvException">(<see cref="KvErrorCode.PreviousNotSpecified"/>) The revision is 0.</exception>
    ValueTask<KvWriteResult> TryAtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default);

    /// <summary>Removes a key only if it is still at a revision; otherwise throws.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The required revision of the key; above 0.</param>
    /// <param name="cancellationToken">Ends the call early; the key may still have been removed.</param>
    /// <exception cref="KvKeyNotFoundException">The key does not exist.</exception>
    /// <exception cref="KvKeyModifiedException">The key is at another revision.</exception>
    /// <exception cref="KvException">(<see cref="KvErrorCode.PreviousNotSpecified"/>) The revision is 0.</exception>
    async ValueTask AtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken = default)
    {
        var result = await TryAtomicDeleteAsync(key, revision, cancellationToken).ConfigureAwait(false);
        result.ThrowUnlessWritten(key, Info.Address);
    }

    /// <summary>Follows one key: first the existing pair, then every change once and in order.</summary>
    /// <remarks>Nothing is lost between the read and the watch. If <see cref="KvPromises.EveryChange"/> is false, changes that follow each other quickly can
    /// merge into the last of them. The watch survives outages and changes of the leader. It ends when the token is cancelled or the store is closed.</remarks>
    /// <param name="key">The key; it need not exist.</param>
    /// <param name="options">The start of the watch and the content of its events; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="KvCompactedException">The next revision to deliver is no longer kept, and
    /// <see cref="KvWatchOptions.Resynchronize"/> is false.</exception>
    /// <exception cref="KvHistoryChangedException">The store has another history, for example because it was restored or emptied, and
    /// <see cref="KvWatchOptions.Resynchronize"/> is false.</exception>
    IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Follows every key of a range: first the existing pairs, then every change once and in order.</summary>
    /// <remarks>As <see cref="WatchAsync"/>. The range may be empty or missing. Lock keys are omitted.</remarks>
    /// <param name="range">The keys: a string is a directory; see <see cref="KvRange"/>.</param>
    /// <param name="options">The start of the watch and the content of its events; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="KvCompactedException">As in <see cref="WatchAsync"/>.</exception>
    /// <exception cref="KvHistoryChangedException">As in <see cref="WatchAsync"/>.</exception>
    IAsyncEnumerable<KvEvent> WatchTreeAsync(KvRange range, KvWatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the lock of a key, waits for it if necessary, and keeps it alive until it is released.</summary>
    /// <remarks>If locks use leases (etcd v3, the embedded store), the locks of one store with the same time to live can share a lease:
    /// one renewal keeps them all, and if it is lost or revoked, all of them are lost.</remarks>
    /// <param name="key">The key that the lock guards; it need not exist.</param>
    /// <param name="options">Time to live, timeout, owner, value and form; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait and leaves nothing in the store.</param>
    /// <returns>The held lock; dispose it to release it.</returns>
    /// <exception cref="KvCannotLockException">The timeout passed while another holder had the lock.</exception>
    /// <exception cref="KvTimeoutException">The timeout passed without an answer from the store.</exception>
    /// <exception cref="KvNotSupportedException">The store does not support <see cref="KvLockOptions.Form"/>.</exception>
    ValueTask<KvLock> LockAsync(string key, KvLockOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gets a capability that not every store has, such as <see cref="IKvLeases"/> or <see cref="IKvTransactions"/>. Use it instead of a cast: another
    /// object than the store can implement the capability.</summary>
    /// <typeparam name="TCapability">The capability's interface.</typeparam>
    /// <param name="capability">The capability; null if this store does not have it.</param>
    /// <returns>True if this store has the capability.</returns>
    bool TryGetCapability<TCapability>([NotNullWhen(true)] out TCapability? capability) where TCapability : class
    {
        capability = this as TCapability;
        return capability is not null;
    }

    /// <summary>Gets a capability that not every store has, as <see cref="TryGetCapability"/> does; otherwise throws.</summary>
    /// <typeparam name="TCapability">The capability's interface.</typeparam>
    /// <exception cref="KvNotSupportedException">This store does not have the capability.</exception>
    TCapability GetCapability<TCapability>() where TCapability : class =>
        TryGetCapability<TCapability>(out var capability) ? capability : throw new KvNotSupportedException(NameOf<TCapability>(), Info);

    // In words: IKvLeases is "leases".
    private static string NameOf<TCapability>() => string.Concat(typeof(TCapability).Name.Replace("IKv", "", StringComparison.Ordinal)
        .Select((letter, at) => at > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    /// <summary>Creates the error of a missing key. For an older revision it states when the key was created.</summary>
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
