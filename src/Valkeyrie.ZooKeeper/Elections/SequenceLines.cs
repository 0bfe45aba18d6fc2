using System.Runtime.CompilerServices;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Locks;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;
using Valkeyrie.ZooKeeper.Watches;

namespace Valkeyrie.ZooKeeper.Elections;

/// <summary>Lines of contenders on ZooKeeper: each has an ephemeral, sequential node directly below the election's node, with its value as data.</summary>
/// <remarks>Curator's LeaderSelector and InterProcessMutex on the path of the election use the same line (<see cref="SequenceLine"/>).</remarks>
internal sealed class SequenceLines(Nodes nodes, SequenceLine line) : IElectionLines
{
    public KvStoreInfo Info => nodes.Info;

    public async ValueTask<LinePlace> EnterAsync(string name, ReadOnlyMemory<byte> value, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var directory = nodes.Paths.PathOf(name);
        var session = nodes.Pool.ForTtl((long)ttl.TotalSeconds);
        try
        {
            var contender = await line.StandAsync(session, directory, value, name, cancellationToken).ConfigureAwait(false);
            return new SequencePlace(this, name, directory, contender, session);
        }
        catch (SessionException e)
        {
            throw ErrorOf(e, session, name);
        }
    }

    public async ValueTask<IReadOnlyList<KvPair>> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var directory = nodes.Paths.PathOf(name);
        var children = await nodes.CallAsync(new GetChildrenRequest(directory, synced: true), name, cancellationToken).ConfigureAwait(false);
        if (!children.IsOk)
        {
            return children.Error == ErrorCode.NoNode ? [] : throw nodes.Refusal(children.Error, name);
        }

        var standing = children.Value.Names.Where(n => Contender.NumberOf(n) is not null);
        var read = await Task.WhenAll(standing.Select(n => ReadContenderAsync(name, directory, n, cancellationToken))).ConfigureAwait(false);
        return [.. read.OfType<KvPair>().OrderBy(p => p.CreateRevision)];
    }

    public IRangeObserver Observe(string name)
    {
        var range = nodes.Paths.RangeOf(KvRange.Prefix(name + KeyRules.Separator));
        return new NodeObserver(nodes, range, new KvWatchOptions(), (path, stat) => NodePaths.ParentOf(path) == range.Folder && IsContender(path, stat));
    }

    public async IAsyncEnumerable<string> FindAsync(KvRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var place = nodes.Paths.RangeOf(range);
        if (place.IsSingle)
        {
            yield break;
        }

        // The walk omits lock nodes, which have the same form.
        await foreach (var node in new TreeWalk(nodes, place, new TreeWalkOptions { KeysOnly = true }).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IsContender(node.Path, node.Stat) && place.KeyOf(node.Path) is var key && key.LastIndexOf(KeyRules.Separator) is > 0 and var end)
            {
                yield return key[..end];
            }
        }
    }

    // The lease of an ephemeral node is its session. A node with a time to live has its own create revision instead (Nodes.PairOf).
    public bool IsContender(KvPair pair) =>
        pair.LeaseId is { } session && session != pair.CreateRevision && Contender.NumberOf(pair.Key[(pair.Key.LastIndexOf(KeyRules.Separator) + 1)..]) is not null;

    /// <summary>Reads the direct predecessor of a place.</summary>
    public async ValueTask<LineOrder> LookAsync(string name, string directory, Contender contender, Session session, CancellationToken cancellationToken)
    {
        try
        {
            var (isThere, before) = await line.LookAsync(session, directory, contender, name, cancellationToken).ConfigureAwait(false);
            return new(isThere, before is null ? null : KeyOf(name, before));
        }
        catch (SessionException e)
        {
            throw ErrorOf(e, session, name);
        }
    }

    /// <summary>Waits until the key of a contender is gone or the session has ended.</summary>
    public Task WaitForRemovalAsync(string name, string contender, Session session, CancellationToken cancellationToken) =>
        line.WaitForRemovalAsync(session, nodes.Paths.PathOf(contender), name, cancellationToken);

    /// <summary>Makes a call about a contender's node; false if the node is gone.</summary>
    /// <exception cref="KvLeaseNotFoundException">The session has ended, and with it the node.</exception>
    public async ValueTask<bool> CallAsync<T>(Request<T> request, string name, Session session, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await session.CallAsync(request, name, cancellationToken).ConfigureAwait(false);
            return reply.IsOk || (reply.Error == ErrorCode.NoNode ? false : throw nodes.Refusal(reply.Error, name));
        }
        catch (SessionException e)
        {
            throw ErrorOf(e, session, name);
        }
    }

    public void RemoveInBackground(string name, string path, Session session) => line.RemoveInBackground(session, path, name);

    /// <summary>Returns the key of a contender's node.</summary>
    public static string KeyOf(string name, string path) => string.Concat(name, path.AsSpan(path.LastIndexOf(KeyRules.Separator)));

    private static bool IsContender(string path, in NodeStat stat) => stat.SessionId != 0 && Contender.NumberOf(path[(path.LastIndexOf(KeyRules.Separator) + 1)..]) is not null;

    private KvException ErrorOf(SessionException e, Session session, string name) => e.Kind == FailureKind.Expired
        ? new KvLeaseNotFoundException(session.Id, Info.Address)
        : nodes.Pool.Settings.Errors.Of(e, name, repeatable: false);

    private async Task<KvPair?> ReadContenderAsync(string name, string directory, string node, CancellationToken cancellationToken)
    {
        var path = NodePaths.Join(directory, node);
        return await nodes.ReadAsync(path, name, stale: true, cancellationToken).ConfigureAwait(false) is { } found && IsContender(path, found.Stat)
            ? Nodes.PairOf(KeyOf(name, path), found.Bytes ?? [], found.Stat)
            : null;
    }
}
