namespace Valkeyrie.Etcd.V2;

/// <summary>The history that a watch follows. It checks that answers belong to the same history: on a restored or emptied server, a watch would wait for an
/// unrelated index.</summary>
/// <param name="channel">The cluster.</param>
/// <param name="watched">The watched path.</param>
/// <param name="clusterId">The cluster when the watch began; empty if not reported.</param>
internal sealed class FollowedHistory(KeysChannel channel, WatchedPath watched, string clusterId)
{
    /// <summary>Called when a server has started to wait for a change, with its index, on any thread.</summary>
    public Action<long>? Waiting { get; set; }

    /// <summary>Checks that an answer belongs to this history.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="reached">The index that the history has reached.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="KvHistoryChangedException">The answer belongs to another history.</exception>
    public async ValueTask CheckAsync(KeysReply reply, long reached, CancellationToken cancellationToken)
    {
        if (IsOther(reply) || (reply.Index < reached && await IsLostAsync(reached, cancellationToken).ConfigureAwait(false)))
        {
            throw HistoryErrors.Changed($"The watch of {watched.Range}", watched.Range.Text, reply.Endpoint);
        }

        Waiting?.Invoke(reply.Index);
    }

    private bool IsOther(KeysReply reply) => clusterId.Length > 0 && reply.ClusterId.Length > 0 && reply.ClusterId != clusterId;

    /// <summary>Checks whether the known changes are lost: a member that lags behind will reach them, and the majority has them, but a store that lost them
    /// never will.</summary>
    private async ValueTask<bool> IsLostAsync(long reached, CancellationToken cancellationToken)
    {
        var newest = await channel.CallAsync(Requests.Get(watched.Probe, watched.Range.Text), cancellationToken).ConfigureAwait(false);
        return IsOther(newest) || newest.Index < reached;
    }
}
