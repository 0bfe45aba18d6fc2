namespace Valkeyrie.Engine;

/// <summary>Resolves the entry at a path, in a store whose directories are only beginnings of keys.</summary>
internal static class EntryResolver
{
    private static readonly KvReadOptions Newest = new();

    public static ValueTask<KvEntry?> FindAsync(IRevisionedEngine engine, string path, KvEntryOptions options, CancellationToken cancellationToken)
    {
        // Both reads run concurrently.
        var listing = HasKeysAsync(engine, KvRange.Below(path), cancellationToken).AsTask();
        var reading = path.Length == 0 ? null : ReadAsync(engine, path, options.KeysOnly, cancellationToken).AsTask();
        return EntryHalves.JoinAsync(path, reading, listing);
    }

    private static async ValueTask<KvPair?> ReadAsync(IRevisionedEngine engine, string key, bool keyOnly, CancellationToken cancellationToken)
    {
        if (!keyOnly)
        {
            return await engine.GetAsync(key, Newest, cancellationToken).ConfigureAwait(false);
        }

        var query = new KvRangeQuery(KvRange.Key(key)) { KeysOnly = true };
        using var page = await engine.RangeAsync(query, cancellationToken).ConfigureAwait(false);
        return page.Pairs.Count > 0 ? page.Pairs[0] : null;
    }

    private static async ValueTask<bool> HasKeysAsync(IRevisionedEngine engine, KvRange range, CancellationToken cancellationToken)
    {
        // The first key decides, unless it may be a lock key.
        using (var page = await engine.RangeAsync(new KvRangeQuery(range) { KeysOnly = true, Limit = 1 }, cancellationToken).ConfigureAwait(false))
        {
            if (page.Pairs.Count == 0 || !LockNames.IsNamedLikeLockKey(page.Pairs[0].Key))
            {
                return page.Pairs.Count > 0;
            }
        }

        await foreach (var _ in DirectoryReader.ReadAsync(engine, range, new KvEntryOptions { KeysOnly = true }, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }
}
