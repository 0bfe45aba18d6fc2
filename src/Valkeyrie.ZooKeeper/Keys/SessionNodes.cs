using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Nodes that end with a session of this process.</summary>
/// <param name="nodes">Makes the calls.</param>
/// <param name="seconds">The time in seconds for which the session remains if the process dies.</param>
/// <param name="lost">Called once if the key is lost; null for no callback.</param>
internal sealed class SessionNodes(Nodes nodes, long seconds, Action<KvKeepAliveLoss>? lost) : NodeKind(nodes)
{
    protected override async ValueTask<(ErrorCode Error, KvPair? Pair)> TryCreateAsync(
        string path, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var session = Nodes.Pool.ForTtl(seconds);
        var before = session.LastZxid;
        try
        {
            var reply = await CallAsync(session, Nodes.Create(path, value, CreateMode.Ephemeral), key, cancellationToken).ConfigureAwait(false);
            return reply.IsOk ? Kept(path, key, session, Keys.Nodes.PairOf(key, value.ToArray(), reply.Value.Stat, session.Timeout)) : (reply.Error, null);
        }
        catch (KvUnreachableException e) when (e is { Reason: KvUnreachableReason.ConnectionLost, NotSent: false } && !session.HasEnded)
        {
            // The reply was lost. If this session has since created a node with this value, that is the node.
            if (await Nodes.ReadAsync(path, key, stale: false, cancellationToken).ConfigureAwait(false) is not { Bytes: { } bytes, Stat: var stat }
                || stat.SessionId != session.Id
                || stat.Czxid <= before
                || !value.Span.SequenceEqual(bytes))
            {
                throw;
            }

            return Kept(path, key, session, Keys.Nodes.PairOf(key, bytes, stat, session.Timeout));
        }
    }

    protected override async ValueTask<(ErrorCode Error, KvPair? Pair)> TryReplaceAsync(
        string path, string key, ReadOnlyMemory<byte> value, int version, CancellationToken cancellationToken)
    {
        var session = Nodes.Pool.ForTtl(seconds);
        var request = new MultiRequest(new DeleteRequest(path, version), Nodes.Create(path, null, CreateMode.Ephemeral), new SetDataRequest(path, value));
        var (error, pair) = EndOf(await CallAsync(session, request, key, cancellationToken).ConfigureAwait(false), key, value, session.Timeout);
        return pair is null ? (error, pair) : Kept(path, key, session, pair);
    }

    private (ErrorCode Error, KvPair? Pair) Kept(string path, string key, Session session, KvPair pair)
    {
        Nodes.Kept.Keep(path, key, session, lost);
        return (ErrorCode.Ok, pair);
    }

    private async ValueTask<Reply<T>> CallAsync<T>(Session session, Request<T> request, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await session.CallAsync(request, key, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e)
        {
            throw Nodes.Pool.Settings.Errors.Of(e, key, repeatable: false);
        }
    }
}
