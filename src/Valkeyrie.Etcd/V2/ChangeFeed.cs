using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Valkeyrie.Etcd.V2;

/// <summary>Streams every change below a path (or of one key) from an index on, once and in order, with consecutive waiting requests on kept
/// connections.</summary>
/// <remarks>
/// <para>A request waits for the first change at its index or later, which the server also finds among its last 1000 changes, so no change is lost between two
/// requests. If an answer shows that the store has advanced further, the requests for the following indexes are sent ahead.</para>
/// <para>The server's <c>stream=true</c> would need no request for each change. But a stream that finds its first change among past ones never returns another,
/// and a stream that falls 100 changes behind stops silently (etcd v2store/watcher_hub.go, watcher.go).</para>
/// </remarks>
/// <param name="channel">The cluster.</param>
/// <param name="watched">The path to follow.</param>
/// <param name="outages">True to report outages among the changes.</param>
internal sealed class ChangeFeed(KeysChannel channel, WatchedPath watched, bool outages)
{
    private const int MostUnread = 1 << 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Channel<FeedItem> _items = Channel.CreateBounded<FeedItem>(new BoundedChannelOptions(MostUnread) { SingleReader = true });
    private int _isAway;

    /// <summary>Reads changes until cancelled, and recovers from failures if possible. Reads ahead of its consumer, because the server's window moves on while
    /// the consumer is busy. Call it only once.</summary>
    /// <exception cref="WindowPassedException">The next change may have left the server's window.</exception>
    /// <exception cref="KvHistoryChangedException">The store has another history.</exception>
    public async IAsyncEnumerable<FeedItem> ReadAsync(long fromIndex, string clusterId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var history = new FollowedHistory(channel, watched, clusterId) { Waiting = TellEnd };
        var reading = ReadToAsync(fromIndex, history, ended.Token);
        try
        {
            await foreach (var item in _items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private async Task ReadToAsync(long fromIndex, FollowedHistory history, CancellationToken cancellationToken)
    {
        try
        {
            var next = fromIndex;
            var pause = FirstPause;
            using var ahead = new RequestsAhead(channel, watched, history, cancellationToken);
            while (true)
            {
                var (reply, error) = await TryNextAsync(ahead, next).ConfigureAwait(false);
                if (reply is not null)
                {
                    pause = FirstPause;
                    next = await PassOnAsync(reply, next, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                ahead.Drop();
                await TellBeginAsync(next, error!, cancellationToken).ConfigureAwait(false);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (Exception e)
        {
            _items.Writer.Complete(e);
        }
    }

    private async ValueTask TellBeginAsync(long next, KvException error, CancellationToken cancellationToken)
    {
        if (outages && Interlocked.Exchange(ref _isAway, 1) == 0)
        {
            var outage = WatchEvents.Of(KvEventType.Outage, watched.Range, next - 1, error);
            await _items.Writer.WriteAsync(new FeedItem(null, outage), cancellationToken).ConfigureAwait(false);
        }
    }

    private void TellEnd(long index)
    {
        if (Interlocked.Exchange(ref _isAway, 0) == 1)
        {
            // If there is no room, the reader is busy and does not need this event.
            _items.Writer.TryWrite(new FeedItem(null, WatchEvents.Of(KvEventType.Resumed, watched.Range, index)));
        }
    }

    private async ValueTask<long> PassOnAsync(KeysReply reply, long next, CancellationToken cancellationToken)
    {
        if (reply.Node is null)
        {
            // The server ended the wait: there was no change up to its start; otherwise the wait would have ended at once.
            return Math.Max(next, reply.Index + 1);
        }

        if (reply.Node.ModifiedIndex < next)
        {
            throw new KvUnreachableException(
                KvUnreachableReason.Protocol, $"{reply.Endpoint} answered a watch from index {next} with a change at index {reply.Node.ModifiedIndex}.")
                { Key = watched.Range.Text, Endpoint = reply.Endpoint };
        }

        await _items.Writer.WriteAsync(new FeedItem(reply, null), cancellationToken).ConfigureAwait(false);
        return reply.Node.ModifiedIndex + 1;
    }

    /// <summary>Returns the next answer, or why the connection broke.</summary>
    private static async ValueTask<(KeysReply? Reply, KvException? Error)> TryNextAsync(RequestsAhead ahead, long next)
    {
        try
        {
            var reply = await ahead.NextAsync(next).ConfigureAwait(false);
            return reply.Error is null ? (reply, null) : throw new WindowPassedException(next);
        }
        catch (KvException e) when (e is KvTimeoutException or KvUnreachableException)
        {
            return (null, e);
        }
    }
}
