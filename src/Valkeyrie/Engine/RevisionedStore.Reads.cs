using System.Runtime.CompilerServices;

namespace Valkeyrie.Engine;

/// <content>Reads and listings.</content>
public sealed partial class RevisionedStore
{
    private static readonly KvReadOptions Newest = new();
    private static readonly KvListOptions Everything = new();

    /// <inheritdoc/>
    public ValueTask<KvPair?> TryGetAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        KeyRules.Check(key);
        return _engine.GetAsync(key, CheckRead(options), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ExistsAsync(string key, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        options = CheckRead(options);
        var query = new KvRangeQuery(KvRange.Key(key)) { CountOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        return (await _engine.RangeAsync(query, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvPair> ListAsync(
        KvRange range, KvListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIfClosed();
        options ??= Everything;
        OptionRules.CheckList(options);
        var left = options.Limit ?? long.MaxValue;
        var hideLocks = range.Kind != KvRangeKind.Key;
        var locks = new LockKeys(_engine, options.Serializable);
        var revision = options.Revision;

        // The engine filters by revision. The caller's limit bounds the number of pairs to read only if the filter skips none.
        var filter = ListFilter.Of(range, options with { ChangedSince = null });
        var paged = filter.TakesAll ? options : options with { Limit = null };
        var pages = options.Descending
            ? DescendingPages.ReadAsync(_engine, range, paged, cancellationToken)
            : RangeReader.ReadAsync(_engine, range, paged, cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            // Only the first page of a range can be empty.
            if (page.Pairs.Count == 0 && range.Kind == KvRangeKind.Directory && options.After is null
                && (options.ChangedSince is null || !await HoldsKeyAsync(range, options, cancellationToken).ConfigureAwait(false)))
            {
                await RequireDirectoryKeyAsync(range, options, cancellationToken).ConfigureAwait(false);
            }

            // All pages are read at the revision of the first.
            revision ??= page.Revision;
            foreach (var pair in page.Pairs)
            {
                if (!filter.Takes(pair.Key, pair.Revision))
                {
                    continue;
                }

                if (hideLocks && LockNames.IsNamedLikeLockKey(pair.Key) && await locks.ContainAsync(pair, page, revision.Value, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                yield return pair;
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(KvRange range, KvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        // The server's own count would be faster, but includes lock keys.
        options = CheckRead(options);
        var keys = new KvListOptions { KeysOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        var count = 0L;
        await foreach (var _ in ListAsync(range, keys, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    private static KvReadOptions CheckRead(KvReadOptions? options)
    {
        options ??= Newest;
        OptionRules.CheckRead(options);
        return options;
    }

    private async ValueTask<bool> HoldsKeyAsync(KvRange range, KvListOptions options, CancellationToken cancellationToken)
    {
        var query = new KvRangeQuery(range) { CountOnly = true, Revision = options.Revision, Serializable = options.Serializable };
        using var page = await _engine.RangeAsync(query, cancellationToken).ConfigureAwait(false);
        return page.Count > 0;
    }

    private async ValueTask RequireDirectoryKeyAsync(KvRange directory, KvListOptions options, CancellationToken cancellationToken)
    {
        if (directory.Text.Length == 0 || !await IsSeenAsync(directory.Text, options, cancellationToken).ConfigureAwait(false))
        {
            var name = directory.Text.Length == 0 ? "/" : directory.Text;
            throw new KvKeyNotFoundException(name, Info.Address, options.Revision);
        }
    }

    // A permission for the keys in a directory does not include the key of its name.
    private async ValueTask<bool> IsSeenAsync(string key, KvReadOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ExistsAsync(key, options, cancellationToken).ConfigureAwait(false);
        }
        catch (KvPermissionDeniedException)
        {
            return false;
        }
    }
}
