using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Makes calls about single nodes and converts their results to the contract's terms.</summary>
/// <param name="pool">The sessions.</param>
/// <param name="paths">Converts keys to paths.</param>
/// <param name="access">The access list of created nodes.</param>
/// <param name="info">The store.</param>
internal sealed class Nodes(SessionPool pool, NodePaths paths, IReadOnlyList<AccessEntry> access, KvStoreInfo info)
{
    // Created and removed again together with a node that has a time to live.
    private const string Mark = "ttl";

    public SessionPool Pool => pool;

    /// <summary>The keys that are kept alive.</summary>
    public KeptKeys Kept { get; } = new(pool);

    public NodePaths Paths => paths;

    public KvStoreInfo Info => info;

    public TimeSpan Timeout => pool.Settings.Timeout;

    public ValueTask<Reply<T>> CallAsync<T>(Request<T> request, string key, CancellationToken cancellationToken) => pool.CallAsync(request, key, cancellationToken);

    /// <summary>Reads a node; null if it does not exist or is not a pair.</summary>
    public async ValueTask<NodeData?> ReadAsync(string path, string key, bool stale, CancellationToken cancellationToken)
    {
        var reply = await pool.CallAsync(new GetDataRequest(path, !stale), key, cancellationToken).ConfigureAwait(false);
        return reply.IsOk ? reply.Value
            : reply.Error == ErrorCode.NoNode ? null
            : throw Refusal(reply.Error, key);
    }

    /// <summary>Creates the request that creates a node.</summary>
    public CreateRequest Create(string path, ReadOnlyMemory<byte>? data, CreateMode mode = CreateMode.Persistent) => new(path, data, mode, access);

    /// <summary>Creates the operations that create a node with a time to live. Servers do not show that a node has one. To mark the node, so that a put without
    /// a time to live replaces it, a child is created and removed with it, which its stat shows (<see cref="HasTtl"/>).</summary>
    public IEnumerable<Request> CreateWithTtl(string path, ReadOnlyMemory<byte> data, TimeSpan ttl)
    {
        var child = NodePaths.Join(path, Mark);
        return [new CreateRequest(path, null, CreateMode.Ttl, access, ttl), Create(child, null), new DeleteRequest(child), new SetDataRequest(path, data)];
    }

    /// <summary>Checks whether <see cref="CreateWithTtl"/> created the node: its children last changed in the transaction of its creation.</summary>
    public static bool HasTtl(in NodeStat stat) => stat.Pzxid == stat.Czxid && stat is { ChildVersion: > 0, ChildCount: 0 };

    /// <summary>Creates all missing nodes above a path, without data.</summary>
    public async ValueTask CreateParentsAsync(string path, string key, CancellationToken cancellationToken)
    {
        var missing = new Stack<string>();
        for (var parent = NodePaths.ParentOf(path); parent.Length > 1; parent = NodePaths.ParentOf(parent))
        {
            missing.Push(parent);
        }

        // All requests are sent at once; the server performs them in order.
        var creating = missing.Select(p => pool.CallAsync(Create(p, null), key, cancellationToken).AsTask()).ToList();
        foreach (var reply in await Task.WhenAll(creating).ConfigureAwait(false))
        {
            // A node that may not be created may exist.
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

    /// <summary>Creates the pair of a node.</summary>
    public static KvPair PairOf(string key, byte[]? bytes, in NodeStat stat, TimeSpan? ttl = null) => new(bytes ?? [])
    {
        Key = key,
        KeyOnly = bytes is null,
        Revision = stat.Mzxid,
        CreateRevision = stat.Czxid,

        // The session of an ephemeral node. For a node with a time to live, which servers do not show, any number marks that it expires.
        LeaseId = HasTtl(stat) ? stat.Czxid : stat.SessionId,
        Ttl = ttl,
    };

    /// <summary>Creates the error for a request that a server refused.</summary>
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

    /// <summary>Creates the error for a write that was preceded by other writes too often.</summary>
    public KvTimeoutException Busy(string key) =>
        new($"'{key}' could not be written within {Timeout.TotalSeconds:0.###} s: other clients changed it each time.") { Key = key, Endpoint = info.Address, NotSent = true };
}
