using System.Runtime.CompilerServices;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Walks the nodes of a range in the order of their keys, with many concurrent reads. Memory contains the names of the nodes on the current path and
/// level, and at most some megabytes of values.</summary>
/// <param name="nodes">Reads the nodes.</param>
/// <param name="range">The range.</param>
/// <param name="options">The options of the walk.</param>
internal sealed class TreeWalk(Nodes nodes, NodeRange range, TreeWalkOptions options)
{
    private const int MostAhead = 128;
    private const int FirstAhead = 32;
    private const long MostBytesAhead = 8 << 20;
    private const int SequenceDigits = 10;

    private int _largest;

    /// <summary>The newest transaction of any visited node, including removals of children.</summary>
    public long NewestZxid { get; private set; }

    private int Ahead => _largest == 0 ? FirstAhead : (int)Math.Clamp(MostBytesAhead / _largest, 1, MostAhead);

    /// <summary>Reads the nodes that are pairs, and the directories at which the walk ends.</summary>
    public IAsyncEnumerable<TreeNode> ReadAsync(CancellationToken cancellationToken) => WalkAsync(range.Folder, range.NameStart, isFirst: true, depth: 0, cancellationToken);

    /// <summary>Checks whether a node is a lock node of this library or of another client's recipe: a child of a lock directory (<c>KEY___lock</c>) that ends
    /// with its session and has a number from the server. It may have data, but is not a pair.</summary>
    public static bool IsOfLock(string path, in NodeStat stat) =>
        stat.SessionId != 0
        && NodePaths.ParentOf(path).EndsWith(LockNames.Suffix, StringComparison.Ordinal)
        && path.Length > SequenceDigits
        && !path.AsSpan(path.Length - SequenceDigits).ContainsAnyExceptInRange('0', '9');

    private async IAsyncEnumerable<TreeNode> WalkAsync(
        string folder, string nameStart, bool isFirst, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One sync is enough: a later server knows at least everything that this session has seen.
        var children = await nodes.CallAsync(new GetChildrenRequest(folder, isFirst && !options.Stale), range.Range.Text, cancellationToken).ConfigureAwait(false);
        if (!children.IsOk)
        {
            if (children.Error == ErrorCode.NoNode)
            {
                yield break;
            }

            throw nodes.Refusal(children.Error, range.Range.Text);
        }

        NewestZxid = Math.Max(NewestZxid, isFirst ? children.Value.Stat.Pzxid : 0);
        var names = Wanted(children.Value.Names, folder, nameStart, isFirst);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reads = new Queue<Task<TreeNode?>>();
        var next = 0;

        // A key comes before the keys of its directory, but others may come in between: 'a' is followed by 'a-1' and 'a.b', then 'a/x'. These nodes wait for
        // their turn.
        var open = new Stack<TreeNode>();
        try
        {
            foreach (var name in names)
            {
                while (next < names.Count && reads.Count < Ahead)
                {
                    reads.Enqueue(ReadNodeAsync(NodePaths.Join(folder, names[next++]), stop.Token));
                }

                var path = NodePaths.Join(folder, name);
                while (open.TryPeek(out var above) && !MayComeBefore(path, above.Path))
                {
                    open.Pop();
                    await foreach (var below in BelowAsync(above, depth, cancellationToken).ConfigureAwait(false))
                    {
                        yield return below;
                    }
                }

                if (await reads.Dequeue().ConfigureAwait(false) is not { } node)
                {
                    continue;
                }

                NewestZxid = Math.Max(NewestZxid, Math.Max(node.Stat.Mzxid, node.Stat.Pzxid));
                _largest = Math.Max(_largest, options.KeysOnly ? 1 : node.Stat.DataLength);
                if (node.IsPair && range.Covers(path) && IsAfter(path))
                {
                    yield return node;
                }

                if (node.Stat.ChildCount > 0)
                {
                    open.Push(node);
                }
            }

            while (open.TryPop(out var above))
            {
                await foreach (var below in BelowAsync(above, depth, cancellationToken).ConfigureAwait(false))
                {
                    yield return below;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var read in reads)
            {
                await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private IAsyncEnumerable<TreeNode> BelowAsync(TreeNode above, int depth, CancellationToken cancellationToken) => depth < options.Depth
        ? WalkAsync(above.Path, "", isFirst: false, depth + 1, cancellationToken)
        : DirectoryAsync(above, cancellationToken);

    /// <summary>Returns a node whose subtree is not visited, if it contains a pair.</summary>
    private async IAsyncEnumerable<TreeNode> DirectoryAsync(TreeNode node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await HasPairBelowAsync(nodes, node.Path, range, cancellationToken).ConfigureAwait(false))
        {
            yield return node with { IsDirectory = true };
        }
    }

    /// <summary>Checks whether a node contains a pair.</summary>
    public static async ValueTask<bool> HasPairBelowAsync(Nodes nodes, string path, NodeRange range, CancellationToken cancellationToken)
    {
        var below = new TreeWalk(nodes, range with { Folder = path, Start = path.Length == 1 ? path : path + KeyRules.Separator }, new TreeWalkOptions { KeysOnly = true });
        await foreach (var _ in below.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    // True if a path after another one comes before the paths below that one.
    private static bool MayComeBefore(string path, string above) =>
        path.Length > above.Length && path[above.Length] < KeyRules.Separator && path.StartsWith(above, StringComparison.Ordinal);

    private List<string> Wanted(string[] all, string folder, string nameStart, bool isFirst)
    {
        var names = new List<string>(all.Length);
        foreach (var name in all)
        {
            var path = NodePaths.Join(folder, name);
            if (name.StartsWith(nameStart, StringComparison.Ordinal)
                && (!isFirst || name.StartsWith(options.NamePrefix, StringComparison.OrdinalIgnoreCase))
                && !NodePaths.IsReserved(path)
                && (IsAfter(path) || IsAfter(path + KeyRules.Separator) || options.After!.StartsWith(path + KeyRules.Separator, StringComparison.Ordinal)))
            {
                names.Add(name);
            }
        }

        names.Sort(KeyOrder.Compare);
        return names;
    }

    private bool IsAfter(string path) => options.After is null || KeyOrder.Compare(path, options.After) > 0;

    /// <summary>Reads a node; null if it was removed.</summary>
    private async Task<TreeNode?> ReadNodeAsync(string path, CancellationToken cancellationToken)
    {
        if (options.KeysOnly)
        {
            var exists = await nodes.CallAsync(new ExistsRequest(path, synced: false), range.KeyOf(path), cancellationToken).ConfigureAwait(false);
            if (!exists.IsOk)
            {
                return exists.Error == ErrorCode.NoNode ? null : throw nodes.Refusal(exists.Error, range.KeyOf(path));
            }

            // Without data, only a read shows whether the data is empty or missing.
            if (exists.Value.DataLength > 0)
            {
                return new TreeNode(path, null, exists.Value, !IsOfLock(path, exists.Value));
            }
        }

        var reply = await nodes.CallAsync(new GetDataRequest(path, synced: false), range.KeyOf(path), cancellationToken).ConfigureAwait(false);
        return reply.IsOk ? new TreeNode(path, options.KeysOnly ? null : reply.Value.Bytes, reply.Value.Stat, reply.Value.Bytes is not null && !IsOfLock(path, reply.Value.Stat))
            : reply.Error == ErrorCode.NoNode ? null
            : throw nodes.Refusal(reply.Error, range.KeyOf(path));
    }
}
