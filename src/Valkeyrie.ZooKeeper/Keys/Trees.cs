using System.Diagnostics;
using System.Runtime.CompilerServices;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Lists and removes whole trees.</summary>
internal sealed class Trees(Nodes nodes)
{
    private const int MostDeletions = 500;
    private const int MostBytes = 256 << 10;

    /// <summary>Lists the pairs of a range, without lock nodes.</summary>
    public async IAsyncEnumerable<KvPair> ListAsync(KvRange range, KvListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var place = nodes.Paths.RangeOf(range);
        if (place.IsSingle)
        {
            if ((options.After is null || KeyOrder.Compare(range.Text, options.After) > 0)
                && await nodes.ReadAsync(place.Start, range.Text, options.Serializable, cancellationToken).ConfigureAwait(false) is { Bytes: not null } only
                && ListFilter.Of(range, options).Takes(range.Text, only.Stat.Mzxid))
            {
                yield return Nodes.PairOf(range.Text, options.KeysOnly ? null : only.Bytes, only.Stat);
            }

            yield break;
        }

        var left = options.Limit ?? long.MaxValue;
        var isEmpty = true;
        var filter = ListFilter.Of(range, options);
        var walk = new TreeWalk(nodes, place, new TreeWalkOptions
        {
            KeysOnly = options.KeysOnly,
            Stale = options.Serializable,
            After = PathAfter(place, options.After),
            Depth = options.Depth ?? int.MaxValue,
        });
        await foreach (var node in walk.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            isEmpty = false;

            // At its deepest level, the walk reports the directories.
            if (node.IsDirectory || !filter.Takes(place.KeyOf(node.Path), node.Stat.Mzxid))
            {
                continue;
            }

            yield return Nodes.PairOf(place.KeyOf(node.Path), options.KeysOnly ? null : node.Bytes, node.Stat);
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

    /// <summary>Lists the entries of a directory, down to a depth.</summary>
    public IAsyncEnumerable<KvEntry> ListEntriesAsync(KvRange directory, KvEntryOptions options, CancellationToken cancellationToken)
    {
        var place = nodes.Paths.RangeOf(directory);
        var builder = new EntryBuilder(directory.Start, options.Depth);
        var walk = new TreeWalk(nodes, place, new TreeWalkOptions { KeysOnly = options.KeysOnly, Depth = options.Depth, NamePrefix = options.NamePrefix });
        return builder.BuildAsync(
            walk.ReadAsync(cancellationToken),
            (node, entries) =>
            {
                var key = place.KeyOf(node.Path);
                if (node.IsDirectory)
                {
                    builder.AddDirectory(key + KeyRules.Separator, entries);
                }
                else
                {
                    builder.Add(Nodes.PairOf(key, options.KeysOnly ? null : node.Bytes, node.Stat), entries);
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
    }

    /// <summary>Checks whether a directory contains a pair.</summary>
    public ValueTask<bool> IsDirectoryAsync(KvRange directory, CancellationToken cancellationToken)
    {
        var place = nodes.Paths.RangeOf(directory);
        return TreeWalk.HasPairBelowAsync(nodes, place.Folder, place, cancellationToken);
    }

    /// <summary>Removes a tree, and for a directory also the key of its name: a small tree in one step, a larger one in several steps, from the
    /// bottom.</summary>
    /// <returns>The number of removed keys.</returns>
    public async ValueTask<long> DeleteAsync(KvRange range, CancellationToken cancellationToken)
    {
        if (range is { Kind: KvRangeKind.Directory, Text: "" })
        {
            throw new KvInvalidArgumentException(
                "The directory '/' is ambiguous: it can mean the whole store. To remove everything, specify all keys; to remove the keys that start with '/', specify the prefix '/'.") { Key = "/" };
        }

        var place = nodes.Paths.RangeOf(range);
        if (place.IsSingle)
        {
            return await new Writes(nodes).DeleteAsync(range.Text, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        var removed = 0L;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            // From the bottom: the nodes found last come first.
            var found = await FindAsync(place, cancellationToken).ConfigureAwait(false);
            if (found.Count == 0)
            {
                return removed;
            }

            found.Reverse();
            removed += await RemoveAsync(found, range.Text, cancellationToken).ConfigureAwait(false);
            if (Stopwatch.GetElapsedTime(began) > nodes.Timeout * 10)
            {
                throw nodes.Busy(range.Text);
            }
        }
    }

    private static string? PathAfter(NodeRange place, string? after)
    {
        // The key may not be valid as a path.
        var start = place.KeyOf(place.Start);
        return after is null ? null
            : after.StartsWith(start, StringComparison.Ordinal) ? string.Concat(place.Start, after.AsSpan(start.Length))
            : KeyOrder.Compare(after, start) < 0 ? null
            : place.Start + '\uFFFF';
    }

    /// <summary>Finds all nodes of a range, each before the nodes below it.</summary>
    private async ValueTask<List<TreeNode>> FindAsync(NodeRange place, CancellationToken cancellationToken)
    {
        var found = new List<TreeNode>();
        if (place.Range.Kind == KvRangeKind.Directory && await StatAsync(place.Folder, place, cancellationToken).ConfigureAwait(false) is { } own)
        {
            found.Add(own);
        }

        var at = found.Count;
        await AddChildrenAsync(place.Folder, isFirst: true).ConfigureAwait(false);
        for (; at < found.Count; at++)
        {
            if (found[at].Stat.ChildCount > 0)
            {
                await AddChildrenAsync(found[at].Path, isFirst: false).ConfigureAwait(false);
            }
        }

        return found;

        async ValueTask AddChildrenAsync(string path, bool isFirst)
        {
            var children = await nodes.CallAsync(new GetChildrenRequest(path, isFirst), place.Range.Text, cancellationToken).ConfigureAwait(false);
            if (!children.IsOk)
            {
                _ = children.Error == ErrorCode.NoNode ? true : throw nodes.Refusal(children.Error, place.Range.Text);
                return;
            }

            var paths = children.Value.Names
                .Where(n => !isFirst || n.StartsWith(place.NameStart, StringComparison.Ordinal))
                .Select(n => NodePaths.Join(path, n))
                .Where(p => !NodePaths.IsReserved(p));
            foreach (var part in paths.Chunk(MostDeletions))
            {
                var stats = await Task.WhenAll(part.Select(p => StatAsync(p, place, cancellationToken).AsTask())).ConfigureAwait(false);
                found.AddRange(stats.OfType<TreeNode>());
            }
        }
    }

    private async ValueTask<TreeNode?> StatAsync(string path, NodeRange place, CancellationToken cancellationToken)
    {
        var exists = await nodes.CallAsync(new ExistsRequest(path, synced: false), place.Range.Text, cancellationToken).ConfigureAwait(false);
        if (!exists.IsOk)
        {
            return exists.Error == ErrorCode.NoNode ? null : throw nodes.Refusal(exists.Error, place.Range.Text);
        }

        // Here lock nodes count too.
        if (exists.Value.DataLength > 0)
        {
            return new TreeNode(path, null, exists.Value, IsPair: true);
        }

        var data = await nodes.ReadAsync(path, place.Range.Text, stale: true, cancellationToken).ConfigureAwait(false);
        return data is null ? null : new TreeNode(path, null, data.Stat, data.Bytes is not null);
    }

    private async ValueTask<long> RemoveAsync(List<TreeNode> found, string key, CancellationToken cancellationToken)
    {
        var removed = 0L;
        for (var at = 0; at < found.Count;)
        {
            var part = new List<TreeNode>();
            for (var bytes = 0; at < found.Count && part.Count < MostDeletions && bytes < MostBytes; at++)
            {
                part.Add(found[at]);
                bytes += 3 * found[at].Path.Length;
            }

            var reply = await nodes.CallAsync(new MultiRequest([.. part.Select(n => new DeleteRequest(n.Path))]), key, cancellationToken).ConfigureAwait(false);
            var error = reply.IsOk ? reply.Value.FirstOrDefault(r => r.Error != ErrorCode.Ok).Error : reply.Error;
            switch (error)
            {
                case ErrorCode.Ok:
                    part.ForEach(n => nodes.Kept.Forget(n.Path));
                    removed += part.LongCount(n => n.IsPair);
                    break;
                case ErrorCode.NoNode or ErrorCode.NotEmpty:
                    // Another client changed the tree in the meantime: look again.
                    return removed;
                default:
                    throw nodes.Refusal(error, key);
            }
        }

        return removed;
    }

    private async ValueTask RequireKeyAsync(KvRange directory, bool stale, CancellationToken cancellationToken)
    {
        if (directory.Text.Length == 0
            || await nodes.ReadAsync(nodes.Paths.PathOf(directory.Text), directory.Text, stale, cancellationToken).ConfigureAwait(false) is not { Bytes: not null })
        {
            throw new KvKeyNotFoundException(directory.Text.Length == 0 ? "/" : directory.Text, nodes.Info.Address);
        }
    }
}
