using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>A kind of node for a key, and how it is created.</summary>
internal abstract class NodeKind(Nodes nodes)
{
    protected Nodes Nodes => nodes;

    /// <summary>Creates a node and the missing nodes above it; null if it exists.</summary>
    public async ValueTask<KvPair?> CreateAsync(string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (error, pair) = await TryCreateAsync(path, key, value, cancellationToken).ConfigureAwait(false);
            switch (error)
            {
                case ErrorCode.Ok:
                    return pair;
                case ErrorCode.NodeExists:
                    return null;
                case ErrorCode.NoNode:
                    // Another client may remove the nodes above it, but not forever: each round creates all of them.
                    await nodes.CreateParentsAsync(path, key, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw RefusalOf(error, key);
            }
        }
    }

    /// <summary>Replaces a node by a new one, in one step.</summary>
    /// <param name="path">The node.</param>
    /// <param name="key">The node's key.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">The version of the existing node.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The pair; null if the node was removed, or has another version.</returns>
    public async ValueTask<KvPair?> ReplaceAsync(string path, string key, ReadOnlyMemory<byte> value, int version, CancellationToken cancellationToken)
    {
        var (error, pair) = await TryReplaceAsync(path, key, value, version, cancellationToken).ConfigureAwait(false);
        return error switch
        {
            ErrorCode.Ok => pair,
            ErrorCode.NoNode or ErrorCode.BadVersion => null,
            _ => throw RefusalOf(error, key),
        };
    }

    protected abstract ValueTask<(ErrorCode Error, KvPair? Pair)> TryCreateAsync(
        string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    protected abstract ValueTask<(ErrorCode Error, KvPair? Pair)> TryReplaceAsync(
        string path, string key, ReadOnlyMemory<byte> value, int version, CancellationToken cancellationToken);

    protected virtual KvException RefusalOf(ErrorCode error, string key) => nodes.Refusal(error, key);

    /// <summary>Reads the result of several operations, of which the last wrote the data: its stat contains their transaction.</summary>
    protected static (ErrorCode Error, KvPair? Pair) EndOf(Reply<OperationResult[]> reply, string key, ReadOnlyMemory<byte> value, TimeSpan? ttl)
    {
        if (!reply.IsOk)
        {
            return (reply.Error, null);
        }

        // The operations before the failed one have the error Ok, those after it an inconsistency.
        var failed = reply.Value.FirstOrDefault(r => r.Error != ErrorCode.Ok).Error;
        return failed != ErrorCode.Ok || reply.Value[^1].Stat is not { } stat ? (failed, null) : (ErrorCode.Ok, PairOf(key, value, stat, ttl));
    }

    private static KvPair PairOf(string key, ReadOnlyMemory<byte> value, NodeStat stat, TimeSpan? ttl) => Keys.Nodes.PairOf(key, value.ToArray(), stat, ttl);
}
