using System.Runtime.CompilerServices;
using Valkeyrie.Etcd.Transport;

namespace Valkeyrie.Etcd.V3;

/// <summary>A watch that survives its connection: when a stream breaks, another begins at the next revision not yet delivered. The server sends
/// all changes of a revision in one message, so that revision neither repeats nor loses any.</summary>
internal static class WatchStream
{
    private const int MostDenials = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static async IAsyncEnumerable<IReadOnlyList<KvEvent>> ReadAsync(
        GrpcChannel channel,
        Requests requests,
        Replies replies,
        KvRange range,
        long fromRevision,
        bool previousValue,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = fromRevision;
        var pause = FirstPause;
        var denials = 0;
        while (true)
        {
            var stream = await TryOpenAsync(() => channel.OpenStreamAsync(
                GrpcMethod.Watch, Frame.Of(requests.Watch(range, next, previousValue)), range.Text, cancellationToken)).ConfigureAwait(false);
            if (stream is not null)
            {
                await using var _ = stream.ConfigureAwait(false);
                while (await TryReadAsync(stream).ConfigureAwait(false) is { } bytes)
                {
                    var asked = next;
                    var message = stream.Parse(bytes, b => WatchMessage.Read(b.Span, asked, range.Text, channel.Address));
                    if (message.Denied)
                    {
                        // The server says the same of a token that it no longer knows, and of a new one while it lags behind the others: sign in
                        // anew a few times, then believe it.
                        denials = denials < MostDenials && stream.ForgetToken() ? denials + 1 : throw Denied(range, channel.Address);
                        break;
                    }

                    if (message.Ended)
                    {
                        break;
                    }

                    pause = FirstPause;
                    denials = message.Created ? denials : 0;
                    while (message.Left > 0)
                    {
                        var batch = stream.Parse(bytes, b => message.NextBatch(b.Span, replies));
                        next = Math.Max(next, batch[^1].Revision + 1);
                        yield return batch;
                    }

                    next = Math.Max(next, message.NextRevision);
                }
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static KvPermissionDeniedException Denied(KvRange range, string address) =>
        new($"{address} does not permit a watch of {range}. Ask for the permission, or sign in as another user.") { Key = range.Text, Endpoint = address };

    /// <summary>A new stream; null where the server is away. That it was there when the watch began, the read before it has shown.</summary>
    private static async ValueTask<GrpcStream?> TryOpenAsync(Func<ValueTask<GrpcStream>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch (KvException e) when (IsBroken(e))
        {
            return null;
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(GrpcStream stream)
    {
        try
        {
            return await stream.ReadAsync().ConfigureAwait(false);
        }
        catch (KvException e) when (IsBroken(e))
        {
            return null;
        }
    }

    private static bool IsBroken(KvException e) => e is KvTimeoutException or KvUnreachableException;
}
