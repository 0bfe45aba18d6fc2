namespace Valkeyrie.Engine;

/// <summary>Counts keys on a store whose server cannot count.</summary>
public static class ListedCount
{
    /// <summary>Counts the pairs of a range by listing their keys.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="options">Options of the read.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="KvException">The listing failed, as in <see cref="IKvStore.ListAsync"/>.</exception>
    public static async ValueTask<long> OfAsync(IKvStore store, KvRange range, KvReadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        var keys = new KvListOptions { KeysOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        var count = 0L;
        await foreach (var _ in store.ListAsync(range, keys, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
