
namespace Valkeyrie.Etcd.V2;

/// <summary>The waiting requests of a <see cref="ChangeFeed"/>, in the order of their indexes.</summary>
internal sealed class RequestsAhead(KeysChannel channel, WatchedPath watched, FollowedHistory history, CancellationToken cancellationToken) : IDisposable
{
    private const int MostAhead = 32;

    private readonly Queue<(long Index, Task<KeysReply> Reply)> _requests = new();
    private CancellationTokenSource _dropped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private long _newest;
    private long _last;
    private int _most = 1;

    /// <summary>Returns the answer to the request for an index.</summary>
    public async ValueTask<KeysReply> NextAsync(long next)
    {
        while (_requests.TryPeek(out var first) && first.Index < next)
        {
            // A repeated answer: changes below this path are few among those of the store.
            _requests.Dequeue();
            Observe(first.Reply);
            _most = Math.Max(1, _most / 2);
        }

        if (_requests.Count == 0)
        {
            Send(next);
        }

        while (_requests.Count < _most && _last < _newest)
        {
            Send(_last + 1);
        }

        var reply = await _requests.Dequeue().Reply.ConfigureAwait(false);
        _newest = Math.Max(_newest, reply.Index);
        _most = Math.Min(MostAhead, _most + 1);
        return reply;
    }

    /// <summary>Ends the requests under way; the next request starts again.</summary>
    public void Drop()
    {
        Dispose();
        _dropped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _most = 1;
    }

    public void Dispose()
    {
        _dropped.Cancel();
        _dropped.Dispose();
        while (_requests.TryDequeue(out var request))
        {
            Observe(request.Reply);
        }
    }

    private void Send(long index)
    {
        // Only the next index is requested, or indexes that the store is known to have reached.
        var call = Requests.Wait(watched.Target, watched.Range.Text, index);
        _requests.Enqueue((index, channel.WaitAsync(call, history, reached: index - 1, _dropped.Token).AsTask()));
        _last = index;
    }

    private static void Observe(Task task) => _ = task.ContinueWith(
        static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
