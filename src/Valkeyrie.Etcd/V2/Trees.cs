using System.Runtime.CompilerServices;

namespace Valkeyrie.Etcd.V2;

/// <summary>Lists and removes whole trees.</summary>
internal sealed class Trees(KeysChannel channel, KeyPaths paths)
{
    private const int InFlight = 16;

    public async IAsyncEnumerable<KvPair> ListAsync(
        KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = options.Limit ?? long.MaxValue;
        var filter = ListFilter.Of(range, options);
        await foreach (var pair in ReadAsync(
            range, options.KeysOnly, options.Serializable, mustExist: options.After is null, cancellationToken, hideLocks: range.Kind != KvRangeKind.Key).ConfigureAwait(false))
        {
            // The API cannot start a listing at a key.
            if ((options.After is not null && KeyOrder.Compare(pair.Key, options.After) <= 0) || !filter.Takes(pair.Key, pair.Revision))
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

    /// <summary>Lists the entries of a directory, including empty directories. Everything deeper than directly below it is read with all values.</summary>
    public async IAsyncEnumerable<KvEntry> ListEntriesAsync(
        KvRange range, KvEntryOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tree = paths.TreeOf(range);
        var target = options.Depth == 0 ? tree.ReadLevelTarget() : tree.ReadTarget(serializable: false);
        using var reply = await channel.OpenTreeAsync(
            new KeysCall(HttpMethod.Get, target, range.Text), tree, options.KeysOnly, cancellationToken, directories: true, hideLocks: true).ConfigureAwait(false);
        if (reply.Error is { ErrorCode: not (KeysErrorCode.KeyNotFound or KeysErrorCode.NotDirectory) } error)
        {
            throw KeysErrors.Of(error, range.Text, paths, channel.Info);
        }

        var walk = new EntryBuilder(range.Start, options.Depth);
        var prefix = NamePrefix.Of(range.Start, options.NamePrefix);
        while (await reply.NextAsync().ConfigureAwait(false) is { } pairs)
        {
            var entries = new List<KvEntry>();
            foreach (var pair in pairs)
            {
                if (prefix is not null && !prefix.Matches(pair.Key))
                {
                    continue;
                }

                if (pair.Key[^1] == KeyRules.Separator)
                {
                    walk.AddDirectory(pair.Key, entries);
                }
                else
                {
                    walk.Add(pair, entries);
                }
            }

            foreach (var entry in entries)
            {
                yield return entry;
            }
        }

        var last = new List<KvEntry>();
        walk.End(last);
        foreach (var entry in last)
        {
            yield return entry;
        }
    }

    /// <summary>Removes a tree. The documentation describes which removals are atomic.</summary>
    /// <returns>The number of keys before the removal; 1 for a directory without keys.</returns>
    public async ValueTask<long> DeleteAsync(KvRange range, CancellationToken cancellationToken)
    {
        var tree = paths.TreeOf(range);
        if (range.Start == "/" && (range.Kind == KvRangeKind.Directory || tree.IsRooted))
        {
            throw new KvInvalidArgumentException("'/' is ambiguous: it can mean the whole store. To remove everything, specify all keys.") { Key = "/" };
        }

        return range.Kind switch
        {
            KvRangeKind.Directory => await DeleteDirectoryAsync(tree, cancellationToken).ConfigureAwait(false),
            KvRangeKind.All when tree.Path != "/" && tree.IsWholeDirectory => await DeleteDirectoryAsync(tree, cancellationToken).ConfigureAwait(false),
            KvRangeKind.All when tree.Path == "/" && tree.IsWholeDirectory => await DeleteEntriesAsync(cancellationToken).ConfigureAwait(false),
            _ => await DeleteKeysAsync(range, tree, cancellationToken).ConfigureAwait(false),
        };
    }

    private async IAsyncEnumerable<KvPair> ReadAsync(
        KvRange range, bool keysOnly, bool serializable, bool mustExist, [EnumeratorCancellation] CancellationToken cancellationToken, bool hideLocks = false)
    {
        var tree = paths.TreeOf(range);
        var call = new KeysCall(HttpMethod.Get, tree.ReadTarget(serializable), range.Text);
        using var reply = await channel.OpenTreeAsync(call, tree, keysOnly, cancellationToken, hideLocks: hideLocks).ConfigureAwait(false);
        if (reply.Error is { } error)
        {
            if (error.ErrorCode is not (KeysErrorCode.KeyNotFound or KeysErrorCode.NotDirectory))
            {
                throw KeysErrors.Of(error, range.Text, paths, channel.Info);
            }

            if (mustExist && range.Kind == KvRangeKind.Directory)
            {
                throw new KvKeyNotFoundException(range.Text.Length == 0 ? "/" : range.Text, channel.Info.Address);
            }
        }

        while (await reply.NextAsync().ConfigureAwait(false) is { } pairs)
        {
            foreach (var pair in pairs)
            {
                yield return pair;
            }
        }
    }

    private async ValueTask<long> DeleteDirectoryAsync(KeyTree tree, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var _ in ReadAsync(tree.Range, keysOnly: true, serializable: false, mustExist: false, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return await DeletePathAsync(tree.Path, tree.Range.Text, cancellationToken).ConfigureAwait(false) ? Math.Max(1, count) : 0;
    }

    private async ValueTask<bool> DeletePathAsync(string path, string key, CancellationToken cancellationToken)
    {
        var reply = await channel.CallAsync(Requests.DeleteTree(path, key), cancellationToken).ConfigureAwait(false);
        return reply.Error?.ErrorCode switch
        {
            null => true,
            KeysErrorCode.KeyNotFound or KeysErrorCode.NotDirectory => false,
            _ => throw KeysErrors.Of(reply.Error, key, paths, channel.Info),
        };
    }

    /// <summary>Removes all keys, entry by entry of the root, which cannot be removed itself.</summary>
    private async ValueTask<long> DeleteEntriesAsync(CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var pair in ReadAsync(KvRange.All, keysOnly: true, serializable: false, mustExist: false, cancellationToken).ConfigureAwait(false))
        {
            var end = pair.Key.IndexOf(KeyRules.Separator, StringComparison.Ordinal);
            var entry = end < 0 ? pair.Key : pair.Key[..end];
            entries[entry] = entries.GetValueOrDefault(entry) + 1;
        }

        return await SumAsync(entries, async (entry, token) => await DeletePathAsync("/" + entry.Key, entry.Key, token).ConfigureAwait(false) ? entry.Value : 0, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes keys one by one, because the API does not support prefixes.</summary>
    private async ValueTask<long> DeleteKeysAsync(KvRange range, KeyTree tree, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var pair in ReadAsync(range, keysOnly: true, serializable: false, mustExist: false, cancellationToken).ConfigureAwait(false))
        {
            keys.Add(pair.Key);
        }

        return await SumAsync(
            keys,
            async (key, token) => (await channel.CallAsync(Requests.Delete(tree.PathOf(key), key), token).ConfigureAwait(false)).Error is null ? 1 : 0,
            cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<long> SumAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask<long>> delete, CancellationToken cancellationToken)
    {
        var sum = 0L;
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (item, token) => Interlocked.Add(ref sum, await delete(item, token).ConfigureAwait(false))).ConfigureAwait(false);
        return sum;
    }
}
