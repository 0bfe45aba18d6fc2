using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Calls about single nodes, and what becomes of them in the words of the contract.</summary>
/// <param name="pool">The sessions.</param>
/// <param name="paths">Knows the paths of keys.</param>
/// <param name="access">Who may do what with the nodes that are made.</param>
/// <param name="info">The store.</param>
internal sealed class Nodes(SessionPool pool, NodePaths paths, IReadOnlyList<AccessEntry> access, KvStoreInfo info)
{
    // Made and removed again with a node that has a time to live.
    private const string Mark = "ttl";

    public SessionPool Pool => pool;

    public NodePaths Paths => paths;

    public KvStoreInfo Info => info;

    public TimeSpan Timeout => pool.Settings.Timeout;

    public ValueTask<Reply<T>> CallAsync<T>(Request<T> request, string key, CancellationToken cancellationToken) => pool.CallAsync(request, key, cancellationToken);

    /// <summary>Reads a node; null if there is none, or none that is a pair.</summary>
    public async ValueTask<NodeData?> ReadAsync(string path, string key, bool stale, CancellationToken cancellationToken)
    {
        var reply = await pool.CallAsync(new GetDataRequest(path, !stale), key, cancellationToken).ConfigureAwait(false);
        return reply.IsOk ? reply.Value
            : reply.Error == ErrorCode.NoNode ? null
            : throw Refusal(reply.Error, key);
    }

    /// <summary>Makes a node.</summary>
    public CreateRequest Create(string path, ReadOnlyMemory<byte>? data, CreateMode mode = CreateMode.Persistent) => new(path, data, mode, access);

    /// <summary>The operations that make a node with a time to live. Servers do not show that a node has one; so that a put without one is known to have
    /// to replace it, a child comes and goes with it, which shows in its stat (<see cref="HasTtl"/>).</summary>
    public IEnumerable<Request> CreateWithTtl(string path, ReadOnlyMemory<byte> data, TimeSpan ttl)
    {
        var child = NodePaths.Join(path, Mark);
        return [new CreateRequest(path, null, CreateMode.Ttl, access, ttl), Create(child, null), new DeleteRequest(child), new SetDataRequest(path, data)];
    }

    /// <summary>True for a node that was made by <see cref="CreateWithTtl"/>: its children were last changed by its own creation, and were changed.</summary>
    public static bool HasTtl(in NodeStat stat) => stat.Pzxid == stat.Czxid && stat is { ChildVersion: > 0, ChildCount: 0 };

    /// <summary>Makes all nodes above a path that are missing, without data.</summary>
    public async ValueTask CreateParentsAsync(string path, string key, CancellationToken cancellationToken)
    {
        var missing = new Stack<string>();
        for (var parent = NodePaths.ParentOf(path); parent.Length > 1; parent = NodePaths.ParentOf(parent))
        {
            missing.Push(parent);
        }

        // All on their way at once; they are made in their order.
        var creating = missing.Select(p => pool.CallAsync(Create(p, null), key, cancellationToken).AsTask()).ToList();
        foreach (var reply in await Task.WhenAll(creating).ConfigureAwait(false))
        {
            // One that may not be made may be there.
            if (reply.Error is not (ErrorCode.Ok or ErrorCode.NodeExists or ErrorCode.NoNode or ErrorCode.NoAuth))
            {
                throw Refusal(reply.Error, key);
            }
        }

        if (creating.Count > 0 && creating[^1].Result.Error == ErrorCode.NoAuth)
        {
            var parent = await pool.CallAsync(new ExistsRequest(NodePaths.ParentOf(path), synced: true), key, cancellationToken).ConfigureAwait(false);
            if (!parent.IsOk)
            {
                throw Refusal(ErrorCode.NoAuth, key);
            }
        }
    }

    /// <summary>The pair of a node.</summary>
    public static KvPair PairOf(string key, byte[]? bytes, in NodeStat stat, TimeSpan? ttl = null) => new(bytes ?? [])
    {
        Key = key,
        KeyOnly = bytes is null,
        Revision = stat.Mzxid,
        CreateRevision = stat.Czxid,

        // The session that the key ends with. How long a node with a time to live has servers do not show: it has a number all the same, since it is not to stay.
        LeaseId = HasTtl(stat) ? stat.Czxid : stat.SessionId,
        Ttl = ttl,
    };

    /// <summary>The error for a request that a server did not carry out.</summary>
    public KvException Refusal(ErrorCode error, string key) => error switch
    {
        ErrorCode.NoAuth => new KvPermissionDeniedException($"{info.Address} does not permit this for '{key}'. Ask for the permission, or sign in as another user.")
            { Key = key, Endpoint = info.Address },
        ErrorCode.InvalidAcl => new KvException(KvErrorCode.AuthenticationFailed, $"{info.Address} cannot restrict '{key}' to its creator, because no user is signed in. Specify a credential.")
            { Key = key, Endpoint = info.Address },
        ErrorCode.NoChildrenForEphemerals => new KvNotDirectoryException(
            key[..Math.Max(0, key.LastIndexOf(KeyRules.Separator))],
            info.Address,
            "It is an ephemeral node, which a session keeps alive, and ZooKeeper stores nothing below an ephemeral node.",
            $"'{key}' cannot be written until that node is removed; use a key next to it."),
        ErrorCode.NotEmpty => new KvInvalidArgumentException(
            $"'{key}' cannot have a time to live: there are keys below it, and ZooKeeper removes only nodes without children. Use another key, or remove the keys below it.")
            { Key = key, Endpoint = info.Address },
        ErrorCode.BadArguments or ErrorCode.MarshallingError => new KvInvalidArgumentException($"{info.Address} refused the request for '{key}': {error}.") { Key = key, Endpoint = info.Address },
        ErrorCode.QuotaExceeded => new KvException(KvErrorCode.QuotaExceeded, $"A quota of {info.Address} does not allow '{key}'. Remove keys, or raise the quota.") { Key = key, Endpoint = info.Address },
        ErrorCode.Unimplemented => new KvNotSupportedException("the request: the server is too old, or has this feature turned off", info) { Key = key },
        _ => new KvUnreachableException(
            KvUnreachableReason.Unavailable, $"{info.Address} cannot serve now: {error}. A write may have been made.") { Key = key, Endpoint = info.Address },
    };

    /// <summary>The error for a caller whose write others preceded again and again.</summary>
    public KvTimeoutException Busy(string key) =>
        new($"'{key}' could not be written within {Timeout.TotalSeconds:0.###} s: other clients changed it each time.") { Key = key, Endpoint = info.Address, NotSent = true };
}
