namespace Valkeyrie;

/// <summary>Extensions that update a value without a race, on any store.</summary>
public static class KvUpdates
{
    /// <summary>Updates a value depending on its current content: reads it, computes the new one, and writes it if no other client wrote in between; otherwise
    /// tries again.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key. If it does not exist, it is created.</param>
    /// <param name="change">Computes the new value from the current pair, which is null if the key does not exist. Called once for each attempt.</param>
    /// <param name="options">Options of the update; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the attempts; the write may still have been made.</param>
    /// <returns>The current pair. A new value that equals the old one is not written.</returns>
    /// <exception cref="KvKeyModifiedException">Other clients changed the key at each of the attempts.</exception>
    /// <exception cref="KvKeyNotFoundException">The key does not exist, and <see cref="KvUpdateOptions.MustExist"/> is set.</exception>
    public static async ValueTask<KvPair> UpdateAsync(
        this IKvStore store, string key, Func<KvPair?, ReadOnlyMemory<byte>> change, KvUpdateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var update = new KvUpdate(store, key, options);
        while (true)
        {
            var value = change(await update.ReadAsync(cancellationToken).ConfigureAwait(false));
            if (await update.TryWriteAsync(value, cancellationToken).ConfigureAwait(false) is { } written)
            {
                return written;
            }
        }
    }
}
