namespace Valkeyrie;

/// <summary>Updates without a race, on any store.</summary>
public static class KvUpdates
{
    /// <summary>Changes a value by what it is: reads it, computes the new one, and writes that if nobody else wrote in between, else once more.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key. It is created if it does not exist.</param>
    /// <param name="change">Makes the new value of the pair that was read, which is null for a key that does not exist. Called once for each attempt.</param>
    /// <param name="options">What else to do; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the attempts; the write may still have been made.</param>
    /// <returns>The pair as it is now. Where the new value is the old one nothing is written.</returns>
    /// <exception cref="KvKeyModifiedException">Somebody else changed the key at each of the attempts.</exception>
    /// <exception cref="KvKeyNotFoundException">The key does not exist, and must.</exception>
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
