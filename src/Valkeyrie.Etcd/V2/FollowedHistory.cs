namespace Valkeyrie.Etcd.V2;

/// <summary>The history that a watch follows: whether those who answer it are of the same, since a server that was restored or emptied would keep it
/// waiting for an index that says nothing there.</summary>
/// <param name="channel">The cluster.</param>
/// <param name="watched">What is watched.</param>
/// <param name="clusterId">The cluster as it was when the watch began; empty if it did not say.</param>
internal sealed class FollowedHistory(KeysChannel channel, WatchedPath watched, string clusterId)
{
    /// <summary>Called when a server has begun to wait for a change, with its index. By any thread.</summary>
    public Action<long>? Waiting { get; set; }

    /// <summary>Sees whether an answer is of this history.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="reached">The index that the history has come to.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="KvHistoryChangedException">It is not.</exception>
    public async ValueTask CheckAsync(KeysReply reply, long reached, CancellationToken cancellationToken)
    {
        if (IsOther(reply) || (reply.Index < reached && await IsLostAsync(reached, cancellationToken).ConfigureAwait(false)))
        {
            throw HistoryErrors.Changed($"The watch of {watched.Range}", watched.Range.Text, reply.Endpoint);
        }

        Waiting?.Invoke(reply.Index);
    }

    private bool IsOther(KeysReply reply) => clusterId.Length > 0 && reply.ClusterId.Length > 0 && reply.ClusterId != clusterId;

    /// <summary>A member that lags behind will come to what has been seen, and the majority has it; a store that has lost it never will.</summary>
    private async ValueTask<bool> IsLostAsync(long reached, CancellationToken cancellationToken)
    {
        var newest = await channel.CallAsync(Requests.Get(watched.Probe, watched.Range.Text), cancellationToken).ConfigureAwait(false);
        return IsOther(newest) || newest.Index < reached;
    }
}
