using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Shows the directories of a store that knows nothing of them, by listing all keys below.</summary>
/// <param name="store">The store.</param>
internal sealed class ListedDirectories(IKvStore store) : IKvDirectories
{
    public async ValueTask<KvEntry?> TryGetEntryAsync(string path, KvEntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        var pair = path.Length == 0 ? null : await store.TryGetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        var below = new KvListOptions { KeysOnly = true, Limit = 1 };
        var isDirectory = false;
        await foreach (var _ in ListAsync(KvDirectories.RangeOf(path), below, cancellationToken).ConfigureAwait(false))
        {
            isDirectory = true;
        }

        return pair is null && !isDirectory ? null : new KvEntry(path, pair, isDirectory);
    }

    public async IAsyncEnumerable<KvEntry> ListEntriesAsync(
        KvRange directory, KvEntryOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new KvEntryOptions();
        var walk = new EntryWalk(directory.Start, options.Depth);
        var prefix = NamePrefix.Of(directory.Start, options.NamePrefix);
        var entries = new List<KvEntry>();
        await foreach (var pair in ListAsync(directory, new KvListOptions { KeysOnly = options.KeysOnly }, cancellationToken).ConfigureAwait(false))
        {
            if (prefix is not null && !prefix.Matches(pair.Key))
            {
                continue;
            }

            walk.Add(pair, entries);
            foreach (var entry in entries)
            {
                yield return entry;
            }

            entries.Clear();
        }

        walk.End(entries);
        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    private IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options, CancellationToken cancellationToken) =>
        store.ListAsync(range, options, cancellationToken).OrEmptyAsync(missing: null, cancellationToken);
}
