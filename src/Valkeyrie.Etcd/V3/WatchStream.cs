using System.Runtime.CompilerServices;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.V3;

/// <summary>A watch that survives its connection: when a stream breaks, another begins at the next undelivered revision. The server sends all changes of a
/// revision in one message, so no change is repeated or lost.</summary>
/// <param name="channel">The cluster.</param>
/// <param name="requests">Creates the request.</param>
/// <param name="replies">Decodes the changes.</param>
/// <param name="query">The query.</param>
/// <param name="newestRevision">Reads the store's newest revision from the majority.</param>
internal sealed class WatchStream(
    EtcdChannel channel, Requests requests, Replies replies, KvWatchQuery query, Func<KvRange, long, CancellationToken, ValueTask<long>> newestRevision)
{
    private const int MostDenials = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // A broken connection is replaced within milliseconds, if that is possible at all.
    private static readonly TimeSpan OutageAfter = TimeSpan.FromSeconds(1);

    private readonly KvRange _range = query.Range;
    private readonly RequestedKeys _asked = requests.KeysOf(query.Range);
    private long _next = query.FromRevision;
    private long _history = query.History;

    public async IAsyncEnumerable<IReadOnlyList<KvEvent>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        var denials = 0;
        var isAway = false;
        KvException? broken = null;
        while (true)
        {
            var opening = OpenAsync(cancellationToken);
            if (query.Outages && !isAway && !await IsDoneSoonAsync(opening, cancellationToken).ConfigureAwait(false))
            {
                isAway = true;
                var told = false;
                try
                {
                    yield return Outage(KvEventType.Outage, _next - 1, broken ?? Silent());
                    told = true;
                }
                finally
                {
                    if (!told)
                    {
                        Abandon(opening);
                    }
                }
            }

            (var stream, broken) = await opening.ConfigureAwait(false);
            if (broken is not null && !isAway && query.Outages)
            {
                isAway = true;
                yield return Outage(KvEventType.Outage, _next - 1, broken);
            }

            if (stream is not null)
            {
                await using var _ = stream.ConfigureAwait(false);
                var reader = new WatchReader(stream, replies, _asked);
                while (true)
                {
                    broken = await TryArriveAsync(reader).ConfigureAwait(false);
                    if (broken is not null)
                    {
                        break;
                    }

                    var message = reader.Take();
                    message.ThrowIfCompacted(_next, _range.Text, channel.Address);
                    if (message.Denied)
                    {
                        // The server sends the same for a token that it no longer knows, and for a new one while it lags behind the others: sign in again a few
                        // times, then accept the refusal.
                        denials = denials < MostDenials && stream.ForgetToken() ? denials + 1 : throw Denied();
                        break;
                    }

                    if (message.Ended)
                    {
                        broken = Ended(stream.Endpoint, message.Reason);
                        break;
                    }

                    if (message.Created)
                    {
                        broken = await TryGoOnAsync(stream.HistoryOf(reader.Bytes), message.Revision, cancellationToken).ConfigureAwait(false);
                        if (broken is not null)
                        {
                            break;
                        }

                        if (isAway)
                        {
                            isAway = false;
                            yield return Outage(KvEventType.Resumed, message.Revision);
                        }
                    }

                    pause = FirstPause;
                    denials = message.Created ? denials : 0;
                    while (reader.HasChanges)
                    {
                        var batch = reader.NextBatch();
                        _next = Math.Max(_next, batch[^1].Revision + 1);
                        yield return batch;
                    }

                    _next = Math.Max(_next, message.NextRevision);
                }
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static bool IsBroken(KvException e) => e is KvTimeoutException or KvUnreachableException;

    private static async ValueTask<bool> IsDoneSoonAsync(Task opening, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isDone = await Task.WhenAny(opening, Task.Delay(OutageAfter, ended.Token)).ConfigureAwait(false) == opening;
        await ended.CancelAsync().ConfigureAwait(false);
        return isDone;
    }

    // The reader has stopped early: the stream that is still being opened is closed as soon as it is open.
    private static void Abandon(Task<(EtcdStream? Stream, KvException? Error)> opening) => _ = opening.ContinueWith(
        static async o =>
        {
            if (o.IsCompletedSuccessfully && o.Result.Stream is { } stream)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            _ = o.Exception;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private static async ValueTask<KvException?> TryArriveAsync(WatchReader reader)
    {
        try
        {
            await reader.ArriveAsync().ConfigureAwait(false);
            return null;
        }
        catch (KvException e) when (IsBroken(e))
        {
            return e;
        }
    }

    /// <summary>Opens a new stream, or returns the reason why it cannot. The read before the watch has shown that the server was reachable.</summary>
    private async Task<(EtcdStream? Stream, KvException? Error)> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var frame = MessageFrame.Of(requests.Watch(_range, _next, query.PreviousValue));
            return (await channel.OpenStreamAsync(EtcdMethods.Watch, frame, _range.Text, cancellationToken).ConfigureAwait(false), null);
        }
        catch (KvException e) when (IsBroken(e))
        {
            return (null, e);
        }
    }

    /// <summary>Checks that the stream continues in the followed history.</summary>
    /// <returns>Why this is not known at the moment; null if it does.</returns>
    /// <exception cref="KvHistoryChangedException">The stream is in another history.</exception>
    private async ValueTask<KvException?> TryGoOnAsync(long history, long revision, CancellationToken cancellationToken)
    {
        _history = _history == 0 ? history : _history;
        if (history != _history)
        {
            throw Changed();
        }

        if (revision >= _next - 1)
        {
            return null;
        }

        // A member that lags behind will reach the known revision; a store that lost it never will.
        try
        {
            return await newestRevision(_range, _history, cancellationToken).ConfigureAwait(false) >= _next - 1 ? null : throw Changed();
        }
        catch (KvHistoryChangedException)
        {
            throw Changed();
        }
        catch (KvException e) when (IsBroken(e))
        {
            return e;
        }
    }

    private IReadOnlyList<KvEvent> Outage(KvEventType type, long revision, KvException? error = null) => [WatchEvents.Of(type, _range, revision, error)];

    private KvHistoryChangedException Changed() => HistoryErrors.Changed($"The watch of {_range}", _range.Text, channel.Address);

    private KvTimeoutException Silent() => new($"{channel.Address} has not confirmed the watch of {_range} yet.") { Key = _range.Text, Endpoint = channel.Address };

    private KvPermissionDeniedException Denied() =>
        new($"{channel.Address} does not permit a watch of {_range}. Ask for the permission, or sign in as another user.") { Key = _range.Text, Endpoint = channel.Address };

    private KvUnreachableException Ended(string endpoint, string reason) =>
        new(KvUnreachableReason.Unavailable, $"{endpoint} ended the watch{(reason.Length > 0 ? ": " + reason : "")}.") { Key = _range.Text, Endpoint = endpoint };
}
