using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>A kind of node that a key can be, and how it is made.</summary>
internal abstract class NodeKind(Nodes nodes)
{
    protected Nodes Nodes => nodes;

    /// <summary>Makes a node, and those above it; null if it exists.</summary>
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
                    // Whoever removes the nodes above meanwhile cannot do so for ever: each round of this makes them all.
                    await nodes.CreateParentsAsync(path, key, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw RefusalOf(error, key);
            }
        }
    }

    /// <summary>Makes a node in the place of another one, in one step.</summary>
    /// <param name="path">The node.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">The version of the one that is there.</param>
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

    /// <summary>Reads the end of several operations, of which the last wrote the data: its stat tells the transaction of all.</summary>
    protected static (ErrorCode Error, KvPair? Pair) EndOf(Reply<OperationResult[]> reply, string key, ReadOnlyMemory<byte> value, TimeSpan? ttl)
    {
        if (!reply.IsOk)
        {
            return (reply.Error, null);
        }

        // Of those before the one that failed the error is Ok, of those behind it an inconsistency.
        var failed = reply.Value.FirstOrDefault(r => r.Error != ErrorCode.Ok).Error;
        return failed != ErrorCode.Ok || reply.Value[^1].Stat is not { } stat ? (failed, null) : (ErrorCode.Ok, PairOf(key, value, stat, ttl));
    }

    private static KvPair PairOf(string key, ReadOnlyMemory<byte> value, NodeStat stat, TimeSpan? ttl) => Keys.Nodes.PairOf(key, value.ToArray(), stat, ttl);
}
