using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Valkeyrie.Etcd.V2;

/// <summary>Every change below a path (or of one) from an index on, once and in order: one waiting request after another on kept connections.</summary>
/// <remarks>
/// <para>A request waits for the first change at its index or after, which the server also finds among its last 1000 changes; so nothing is
/// lost between two requests. Where its answer shows that the store is further on, the requests for the indexes after it are sent ahead.</para>
/// <para>The server's <c>stream=true</c> would need no request for each change, but a stream that finds its first change among past ones never
/// gives another, and one that falls 100 changes behind falls silent without a word (etcd v2store/watcher_hub.go, watcher.go).</para>
/// </remarks>
internal sealed class ChangeFeed(KeysChannel channel, string target, string key)
{
    private const int MostUnread = 1 << 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Reads changes until cancelled; survives what can be survived. Reads ahead of its consumer, since the server's window passes
    /// while one is busy.</summary>
    /// <exception cref="WindowPassedException">The next change may have left the server's window.</exception>
    public async IAsyncEnumerable<KeysReply> ReadAsync(long fromIndex, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<KeysReply>(new BoundedChannelOptions(MostUnread) { SingleReader = true, SingleWriter = true });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadToAsync(changes.Writer, fromIndex, ended.Token);
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private async Task ReadToAsync(ChannelWriter<KeysReply> changes, long fromIndex, CancellationToken cancellationToken)
    {
        try
        {
            var next = fromIndex;
            var pause = FirstPause;
            using var ahead = new RequestsAhead(channel, target, key, cancellationToken);
            while (true)
            {
                if (await TryNextAsync(ahead, next).ConfigureAwait(false) is { } reply)
                {
                    pause = FirstPause;
                    next = await PassOnAsync(changes, reply, next, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                ahead.Drop();
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (Exception e)
        {
            changes.Complete(e);
        }
    }

    private async ValueTask<long> PassOnAsync(ChannelWriter<KeysReply> changes, KeysReply reply, long next, CancellationToken cancellationToken)
    {
        if (reply.Node is null)
        {
            // The server ended the wait: up to where it began there was no change, for that it would have given at once.
            return Math.Max(next, reply.Index + 1);
        }

        if (reply.Node.ModifiedIndex < next)
        {
            throw new KvUnreachableException(
                KvUnreachableReason.Protocol, $"{reply.Endpoint} answered a watch from index {next} on with a change of index {reply.Node.ModifiedIndex}.")
                { Key = key, Endpoint = reply.Endpoint };
        }

        await changes.WriteAsync(reply, cancellationToken).ConfigureAwait(false);
        return reply.Node.ModifiedIndex + 1;
    }

    /// <summary>The next answer; null where the connection broke.</summary>
    private static async ValueTask<KeysReply?> TryNextAsync(RequestsAhead ahead, long next)
    {
        try
        {
            var reply = await ahead.NextAsync(next).ConfigureAwait(false);
            return reply.Error is null ? reply : throw new WindowPassedException(next);
        }
        catch (KvException e) when (e is KvTimeoutException or KvUnreachableException)
        {
            return null;
        }
    }
}
