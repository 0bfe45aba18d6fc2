namespace Valkeyrie.Engine;

/// <summary>Lists the entries of directories on a store without <see cref="IKvDirectories"/>, by listing all keys below them.</summary>
/// <param name="store">The store.</param>
public sealed class ListedDirectories(IKvStore store) : IKvDirectories
{
    /// <summary>Returns the store's own capability, or this one if the store has none.</summary>
    /// <param name="store">The store.</param>
    public static IKvDirectories Of(IKvStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryGetCapability<IKvDirectories>(out var own) ? own : new ListedDirectories(store);
    }

    /// <inheritdoc/>
    public ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        var listing = HasKeysAsync(KvRange.Below(path), cancellationToken);
        var reading = path.Length == 0 ? null : store.TryGetAsync(path, cancellationToken: cancellationToken).AsTask();
        return EntryHalves.JoinAsync(path, reading, listing);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        options ??= new KvEntryOptions();
        var walk = new EntryBuilder(directory.Start, options.Depth);
        var prefix = NamePrefix.Of(directory.Start, options.NamePrefix);
        return walk.BuildAsync(
            ListAsync(directory, new KvListOptions { KeysOnly = options.KeysOnly }, cancellationToken),
            (pair, entries) =>
            {
                if (prefix is null || prefix.Matches(pair.Key))
                {
                    walk.Add(pair, entries);
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
    }

    private async Task<bool> HasKeysAsync(KvRange range, CancellationToken cancellationToken)
    {
        await foreach (var _ in ListAsync(range, new KvListOptions { KeysOnly = true, Limit = 1 }, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    private IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options, CancellationToken cancellationToken) =>
        store.ListAsync(range, options, cancellationToken).OrEmptyAsync(missing: null, cancellationToken);
}
