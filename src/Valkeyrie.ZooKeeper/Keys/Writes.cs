using System.Diagnostics;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Writes and removes single keys.</summary>
/// <remarks>A key without a time to live is a persistent node. A key that is kept alive is an ephemeral node of a session with that timeout. A key with only a
/// time to live is a node that servers remove when it was not written for that time. The kind of a node never changes, so a write that needs another kind
/// removes the node and creates it again, in one step.</remarks>
internal sealed class Writes(Nodes nodes)
{
    // EphemeralType.TTL of ZooKeeper: 40 bits of milliseconds.
    private static readonly TimeSpan LongestTtl = TimeSpan.FromMilliseconds((1L << 40) - 1);

    public async ValueTask<KvPair> PutAsync(string key, ReadOnlyMemory<byte> value, KvPutOptions options, CancellationToken cancellationToken)
    {
        var path = nodes.Paths.PathOf(key);
        Check(key, options);
        if (options.Ttl is null)
        {
            return await PutPlainAsync(path, key, value, cancellationToken).ConfigureAwait(false);
        }

        var kind = KindOf(key, options);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await kind.CreateAsync(path, key, value, cancellationToken).ConfigureAwait(false) is { } created)
            {
                return created;
            }

            if (await kind.ReplaceAsync(path, key, value, Request.AnyVersion, cancellationToken).ConfigureAwait(false) is { } replaced)
            {
                return replaced;
            }

            ThrowIfBusy(began, key);
        }
    }

    public async ValueTask<KvWriteResult> AtomicPutAsync(
        string key, ReadOnlyMemory<byte> value, long revision, KvPutOptions options, CancellationToken cancellationToken)
    {
        var path = nodes.Paths.PathOf(key);
        Check(key, options);
        OptionRules.CheckAtomicPut(key, revision);
        var kind = KindOf(key, options);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (revision == 0 && await kind.CreateAsync(path, key, value, cancellationToken).ConfigureAwait(false) is { } created)
            {
                return new(KvWriteOutcome.Written, created, created.Revision);
            }

            var (refused, stat) = await CompareAsync(path, key, revision, cancellationToken).ConfigureAwait(false);
            if (refused is { } result)
            {
                return result;
            }

            // Null if a node without data was removed in the meantime.
            if (stat is { } known && await OverwriteAsync(kind, path, key, value, known, cancellationToken).ConfigureAwait(false) is { } written)
            {
                return new(KvWriteOutcome.Written, written, written.Revision);
            }

            ThrowIfBusy(began, key);
        }
    }

    public async ValueTask<KvWriteResult> AtomicDeleteAsync(string key, long revision, CancellationToken cancellationToken)
    {
        var path = nodes.Paths.PathOf(key);
        OptionRules.CheckAtomicDelete(key, revision);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var (refused, stat) = await CompareAsync(path, key, revision, cancellationToken).ConfigureAwait(false);
            if (refused is { } result)
            {
                return result;
            }

            if (await RemoveAsync(path, key, stat!.Value, cancellationToken).ConfigureAwait(false))
            {
                return new(KvWriteOutcome.Written, null, revision);
            }

            ThrowIfBusy(began, key);
        }
    }

    /// <summary>Removes a key; false if it did not exist.</summary>
    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = nodes.Paths.PathOf(key);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            // A node without data is not a pair, so the node must be read before its removal.
            if (await nodes.ReadAsync(path, key, stale: false, cancellationToken).ConfigureAwait(false) is not { Bytes: not null } there)
            {
                return false;
            }

            if (await RemoveAsync(path, key, there.Stat, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            ThrowIfBusy(began, key);
        }
    }

    private static bool IsPlain(in NodeStat stat) => stat.SessionId == 0 && !Nodes.HasTtl(stat);

    private async ValueTask<KvPair> PutPlainAsync(string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var plain = new PlainNodes(nodes);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var reply = await nodes.CallAsync(new SetDataRequest(path, value), key, cancellationToken).ConfigureAwait(false);
            switch (reply.Error)
            {
                case ErrorCode.Ok when IsPlain(reply.Value):
                    return Nodes.PairOf(key, value.ToArray(), reply.Value);
                case ErrorCode.Ok:
                    // A concurrent writer has the last word, as after any other put.
                    return await plain.ReplaceAsync(path, key, value, reply.Value.Version, cancellationToken).ConfigureAwait(false)
                        ?? Nodes.PairOf(key, value.ToArray(), reply.Value);
                case ErrorCode.NoNode:
                    if (await plain.CreateAsync(path, key, value, cancellationToken).ConfigureAwait(false) is { } created)
                    {
                        return created;
                    }

                    break;
                default:
                    throw nodes.Refusal(reply.Error, key);
            }

            ThrowIfBusy(began, key);
        }
    }

    /// <summary>Overwrites a node with a known stat; null if it has changed in the meantime.</summary>
    private async ValueTask<KvPair?> OverwriteAsync(
        NodeKind kind, string path, string key, ReadOnlyMemory<byte> value, NodeStat stat, CancellationToken cancellationToken)
    {
        if (kind is not PlainNodes || !IsPlain(stat))
        {
            return await kind.ReplaceAsync(path, key, value, stat.Version, cancellationToken).ConfigureAwait(false);
        }

        var reply = await nodes.CallAsync(new SetDataRequest(path, value, stat.Version), key, cancellationToken).ConfigureAwait(false);
        return reply.Error switch
        {
            ErrorCode.Ok => Nodes.PairOf(key, value.ToArray(), reply.Value),
            ErrorCode.NoNode or ErrorCode.BadVersion => null,
            _ => throw nodes.Refusal(reply.Error, key),
        };
    }

    /// <summary>Removes a pair with a known stat, and keeps its node if it has children; false if it has changed in the meantime.</summary>
    private async ValueTask<bool> RemoveAsync(string path, string key, NodeStat stat, CancellationToken cancellationToken)
    {
        var error = ErrorCode.NotEmpty;
        if (stat.ChildCount == 0)
        {
            error = (await nodes.CallAsync(new DeleteRequest(path, stat.Version), key, cancellationToken).ConfigureAwait(false)).Error;
        }

        if (error == ErrorCode.NotEmpty)
        {
            error = (await nodes.CallAsync(new SetDataRequest(path, null, stat.Version), key, cancellationToken).ConfigureAwait(false)).Error;
        }

        switch (error)
        {
            case ErrorCode.Ok:
                nodes.Kept.Forget(path);
                return true;
            case ErrorCode.NoNode or ErrorCode.BadVersion:
                return false;
            default:
                throw nodes.Refusal(error, key);
        }
    }

    /// <summary>Compares a key's revision with the required one.</summary>
    /// <returns>The refusal; or the node, null if none exists and none is required.</returns>
    private async ValueTask<(KvWriteResult? Refused, NodeStat? Stat)> CompareAsync(string path, string key, long wanted, CancellationToken cancellationToken)
    {
        var node = await nodes.ReadAsync(path, key, stale: false, cancellationToken).ConfigureAwait(false);
        var stat = node?.Stat;
        return (wanted, node) switch
        {
            (0, { Bytes: not null }) => (new(KvWriteOutcome.KeyExists, null, stat!.Value.Mzxid), null),
            (0, _) => (null, stat),
            (_, not { Bytes: not null }) => (new(KvWriteOutcome.KeyNotFound, null, 0), null),
            _ when stat!.Value.Mzxid != wanted => (new(KvWriteOutcome.KeyModified, null, stat.Value.Mzxid), null),
            _ => (null, stat),
        };
    }

    private NodeKind KindOf(string key, KvPutOptions options)
    {
        if (options.Ttl is not { } ttl)
        {
            return new PlainNodes(nodes);
        }

        var seconds = OptionRules.TtlSeconds(ttl, key);
        return options.KeepAlive ? new SessionNodes(nodes, seconds, options.Lost)
            : seconds <= LongestTtl.TotalSeconds ? new TtlNodes(nodes, TimeSpan.FromSeconds(seconds))
            : throw new KvInvalidArgumentException($"The time to live must be at most {LongestTtl.TotalDays:0} days, the longest that ZooKeeper supports; it is {ttl}.") { Key = key };
    }

    private void Check(string key, KvPutOptions options)
    {
        if (options.LeaseId is not null)
        {
            throw new KvNotSupportedException("leases", nodes.Info) { Key = key };
        }

        OptionRules.CheckPut(key, options);
    }

    private void ThrowIfBusy(long began, string key)
    {
        if (Stopwatch.GetElapsedTime(began) > nodes.Timeout)
        {
            throw nodes.Busy(key);
        }
    }
}
