using System.Runtime.CompilerServices;
using Valkeyrie.Etcd.Protocol;
using Valkeyrie.Etcd.Transport;

namespace Valkeyrie.Etcd.V3;

/// <summary>A watch that survives its connection: when a stream breaks, another begins at the next revision not yet delivered. The server sends
/// all changes of a revision in one message, so that revision neither repeats nor loses any.</summary>
internal static class WatchStream
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private const int MostDenials = 3;

    // Servers before 3.5 say "permission denied" of every refusal, later ones name the cause.
    private static readonly string[] DenialReasons = ["permission", "PermissionDenied", "Unauthenticated", "invalid auth token", "auth store is old", "user name is empty"];

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
                    var message = stream.Parse(bytes, b => Read(b.Span, replies, asked, channel.Address));
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
                    next = Math.Max(next, message.NextRevision);
                    if (message.Changes.Count > 0)
                    {
                        yield return message.Changes;
                    }
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

    /// <summary>Reads one message of a watch.</summary>
    /// <exception cref="GrpcProtocolException">It is none.</exception>
    /// <exception cref="KvCompactedException">The server has ended the watch, since what it asked for is compacted.</exception>
    internal static Message Read(ReadOnlySpan<byte> bytes, Replies replies, long asked, string address)
    {
        List<KvEvent> changes = [];
        long revision = 0, compacted = 0;
        bool created = false, canceled = false;
        var reason = "";
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WatchResponse.EventsFieldNumber: changes.Add(replies.Event(reader.Bytes())); break;
                case WatchResponse.HeaderFieldNumber: revision = Replies.HeaderRevision(reader.Bytes()); break;
                case WatchResponse.CreatedFieldNumber: created = reader.Bool(); break;
                case WatchResponse.CanceledFieldNumber: canceled = reader.Bool(); break;
                case WatchResponse.CompactRevisionFieldNumber: compacted = reader.Int64(); break;
                case WatchResponse.CancelReasonFieldNumber: reason = System.Text.Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        if (compacted > 0)
        {
            throw new KvCompactedException(asked, compacted, address);
        }

        // A message of changes ends with the newest; one without is the server's word that nothing up to its revision is outstanding.
        // The reply that a watch has been created says nothing of the kind: older changes may still be on their way.
        var reached = changes.Count > 0 ? changes[^1].Revision : created || canceled ? 0 : revision;
        return new Message(changes, reached + 1, created, canceled, canceled && DenialReasons.Any(r => reason.Contains(r, StringComparison.OrdinalIgnoreCase)));
    }

    internal sealed record Message(List<KvEvent> Changes, long NextRevision, bool Created, bool Ended, bool Denied);
}
