using System.Runtime.CompilerServices;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine;

namespace Valkeyrie.Consul.Keys;

/// <summary>Lists and removes whole trees. The server sends a tree in one answer, at one revision; its keys are parsed as they arrive.</summary>
internal sealed class Trees(ConsulApi api, KeyPlaces places, Pairs pairs, KvStoreInfo info)
{
    private const int LooksAtOnce = 16;

    /// <summary>Lists the pairs of a range, without lock keys.</summary>
    public async IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = options.Limit ?? long.MaxValue;
        var isEmpty = true;
        var filter = ListFilter.Of(range, options);
        await foreach (var entry in EntriesAsync(range, options.Serializable, !options.KeysOnly, cancellationToken).ConfigureAwait(false))
        {
            isEmpty = false;
            if (range.Kind != KvRangeKind.Key && Pairs.IsHidden(entry))
            {
                continue;
            }

            // The API cannot start a listing at a key.
            var key = places.KeyOf(entry.Key!);
            if ((options.After is not null && KeyOrder.Compare(key, options.After) <= 0) || !filter.Takes(key, entry.ModifyIndex))
            {
                continue;
            }

            yield return await pairs.OfAsync(entry, options.KeysOnly, cancellationToken).ConfigureAwait(false);
            if (--left == 0)
            {
                yield break;
            }
        }

        if (isEmpty && options.After is null && range.Kind == KvRangeKind.Directory)
        {
            await RequireKeyAsync(range, options.Serializable, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts the pairs of a range, without lock keys. Only names are transferred, and keys named like lock keys.</summary>
    public async ValueTask<long> CountAsync(KvRange range, bool stale, CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(range);
        if (range.Kind == KvRangeKind.Key || KeyPlaces.PathOf(stored) is not { } path)
        {
            return await ListAsync(range, new KvListOptions { KeysOnly = true, Serializable = stale }, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
        }

        var names = await api.NamesAsync(path, level: false, range.Text, stale, cancellationToken).ConfigureAwait(false);
        if (names.Count == 0 && range.Kind == KvRangeKind.Directory)
        {
            await RequireKeyAsync(range, stale, cancellationToken).ConfigureAwait(false);
        }

        var hidden = 0;
        foreach (var doubts in names.Where(n => n.EndsWith(LockNames.Suffix, StringComparison.Ordinal)).Chunk(LooksAtOnce))
        {
            var entries = await Task.WhenAll(doubts.Select(n => api.GetAsync(n, places.KeyOf(n), stale, cancellationToken).AsTask())).ConfigureAwait(false);
            hidden += entries.Count(e => e is not null && Pairs.IsHidden(e));
        }

        return names.Count - hidden;
    }

    /// <summary>Lists the entries of a directory. The keys below the requested depth are read too.</summary>
    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions options, CancellationToken cancellationToken)
    {
        var builder = new EntryBuilder(directory.Start, options.Depth);
        var prefix = NamePrefix.Of(directory.Start, options.NamePrefix);
        return builder.BuildAsync(
            EntriesAsync(directory, stale: false, !options.KeysOnly, cancellationToken),
            async (found, entries) =>
            {
                var key = places.KeyOf(found.Key!);
                if (!Pairs.IsHidden(found) && prefix?.Matches(key) != false && !builder.IsInSkippable(key))
                {
                    builder.Add(await pairs.OfAsync(found, options.KeysOnly, cancellationToken).ConfigureAwait(false), entries);
                }
            },
            cancellationToken);
    }

    /// <summary>Checks whether a range has any key that is not a lock key. Deeper levels are read only if necessary.</summary>
    public async ValueTask<bool> HasPairAsync(KvRange range, CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(range);
        if (KeyPlaces.PathOf(stored) is not { } path)
        {
            await foreach (var entry in EntriesAsync(range, stale: false, values: false, cancellationToken).ConfigureAwait(false))
            {
                if (!Pairs.IsHidden(entry))
                {
                    return true;
                }
            }

            return false;
        }

        var names = await api.NamesAsync(path, level: true, range.Text, stale: false, cancellationToken).ConfigureAwait(false);
        if (names.Any(n => !IsDirectory(n, stored) && !n.EndsWith(LockNames.Suffix, StringComparison.Ordinal)))
        {
            return true;
        }

        foreach (var name in names)
        {
            var found = IsDirectory(name, stored)
                ? await HasPairAsync(KvRange.Prefix(places.KeyOf(name)), cancellationToken).ConfigureAwait(false)
                : await api.GetAsync(name, range.Text, stale: false, cancellationToken).ConfigureAwait(false) is { } entry && !Pairs.IsHidden(entry);
            if (found)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Checks whether a name on a level is a directory's. The name of the listed directory itself is a key's.</summary>
    public static bool IsDirectory(string name, string stored) => name.Length > stored.Length && name[^1] == KeyRules.Separator;

    /// <summary>Removes a tree in one step, and for a directory also the key of its name.</summary>
    /// <returns>The number of keys just before the removal.</returns>
    public async ValueTask<long> DeleteAsync(KvRange range, CancellationToken cancellationToken)
    {
        if (range is { Kind: KvRangeKind.Directory, Text: "" })
        {
            throw new KvInvalidArgumentException(
                "The directory '/' is ambiguous: it can mean the whole store. To remove everything, specify all keys; to remove the keys that start with '/', specify the prefix '/'.") { Key = "/" };
        }

        var stored = places.StoredOf(range);
        var own = range.Kind == KvRangeKind.Directory ? places.StoredOf(range.Text, "directory") : null;
        if (range.Kind == KvRangeKind.Key)
        {
            var one = await api.CommitAsync(new TxnBody().Get(stored).Delete(stored), range.Text, cancellationToken, values: false).ConfigureAwait(false);
            return one.IsMade ? 1 : 0;
        }

        // Counted first: the removal does not return the number, and would send all values to have them counted.
        var count = await CountAllAsync(range, stored, cancellationToken).ConfigureAwait(false);
        count += own is not null && await api.GetAsync(own, range.Text, stale: false, cancellationToken).ConfigureAwait(false) is not null ? 1 : 0;
        if (count == 0)
        {
            return 0;
        }

        var body = new TxnBody().DeleteTree(stored);
        if (own is not null)
        {
            body.Delete(own);
        }

        await api.CommitAsync(body, range.Text, cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>Reads the server's entries of a range, including lock keys.</summary>
    public async IAsyncEnumerable<ConsulEntry> EntriesAsync(
        KvRange range, bool stale, bool values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stored = places.StoredOf(range);
        if (range.Kind == KvRangeKind.Key)
        {
            if (await api.GetAsync(stored, range.Text, stale, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                yield return entry;
            }

            yield break;
        }

        using var tree = await api.OpenTreeAsync(stored, range, stale, values, cancellationToken).ConfigureAwait(false);
        while (await tree.NextAsync().ConfigureAwait(false) is { } entries)
        {
            foreach (var entry in entries)
            {
                if (entry.Key!.StartsWith(stored, StringComparison.Ordinal))
                {
                    yield return entry;
                }
            }
        }
    }

    private async ValueTask<long> CountAllAsync(KvRange range, string stored, CancellationToken cancellationToken)
    {
        if (KeyPlaces.PathOf(stored) is { } path)
        {
            return (await api.NamesAsync(path, level: false, range.Text, stale: false, cancellationToken).ConfigureAwait(false)).Count;
        }

        return await EntriesAsync(range, stale: false, values: false, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RequireKeyAsync(KvRange directory, bool stale, CancellationToken cancellationToken)
    {
        var stored = directory.Text.Length == 0 ? null : places.StoredOf(directory.Text, "directory");
        if (stored is null || await api.GetAsync(stored, directory.Text, stale, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new KvKeyNotFoundException(directory.Text.Length == 0 ? "/" : directory.Text, info.Address);
        }
    }
}
