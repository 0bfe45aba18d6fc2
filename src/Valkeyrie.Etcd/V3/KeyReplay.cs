using Google.Protobuf;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Replays the kept changes of one key, with a watch from the oldest revision on.</summary>
/// <remarks>A watch does not report that no more changes follow. If a later change is known, its arrival shows it. If none is, a second watch shows it: it
/// follows all keys from the store's newest revision, which has a change. The server catches both up together from one state of the store, so at the first
/// change of the second watch, those of the key have arrived or follow closely. (A watch can also be asked for its progress, but before the fix of etcd's issue
/// 15220 servers answered too early.)</remarks>
internal sealed class KeyReplay(EtcdChannel channel, Requests requests, Replies replies)
{
    private const long KeyWatch = 0;

    // The longest delay of changes that the server has sent together, caused by other messages of this stream.
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(500);

    // The server sends this number of revisions at once (mvcc's watchBatchMaxRevs, 3.4 to 3.6). The rest follows with its next pass, a tenth of a second later
    // if it is otherwise idle; only a replay that ends exactly here waits unnecessarily.
    private const int FullBatch = 1_000;
    private static readonly TimeSpan SettledAfterFullBatch = TimeSpan.FromSeconds(5);

    /// <summary>Reads the changes of a key before its creation, oldest first.</summary>
    /// <param name="key">The key.</param>
    /// <param name="created">The revision at which it was created.</param>
    /// <param name="history">The history of the revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<IReadOnlyList<KvEvent>> BeforeCreationAsync(string key, long created, long history, CancellationToken cancellationToken)
    {
        var changes = await ReadAsync(key, created, isKnown: true, history, cancellationToken).ConfigureAwait(false);
        return changes.FindAll(c => c.Revision < created);
    }

    /// <summary>Reads the changes of a missing key up to a revision, oldest first.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newest">The store's newest revision.</param>
    /// <param name="history">The history of the revision.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<IReadOnlyList<KvEvent>> UpToAsync(string key, long newest, long history, CancellationToken cancellationToken)
    {
        var changes = await ReadAsync(key, newest, isKnown: false, history, cancellationToken).ConfigureAwait(false);
        return changes.FindAll(c => c.Revision <= newest);
    }

    // A new store is at revision 1, which has no change.
    private async ValueTask<List<KvEvent>> ReadAsync(string key, long last, bool isKnown, long history, CancellationToken cancellationToken)
    {
        var from = 1L;
        while (from < last)
        {
            try
            {
                return await ReadAsync(key, from, last, isKnown, history, cancellationToken).ConfigureAwait(false);
            }
            catch (KvCompactedException e) when (e.OldestRevision > from)
            {
                from = e.OldestRevision.Value;
            }
        }

        return [];
    }

    private async ValueTask<List<KvEvent>> ReadAsync(string key, long from, long last, bool isKnown, long history, CancellationToken cancellationToken)
    {
        List<KvEvent> changes = [];
        var isFirst = true;
        var hasSettled = false;
        var wait = Settled;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(channel.Timeout);
        try
        {
            var asked = requests.KeysOf(KvRange.Key(key));
            var watch = requests.Watch(KvRange.Key(key), from, previousValue: false);
            var frame = isKnown ? MessageFrame.Of(watch) : MessageFrame.Of(watch, Requests.WatchEverything(last));
            var stream = await channel.OpenStreamAsync(EtcdMethods.Watch, frame, key, patience.Token).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            while (changes.Count == 0 || changes[^1].Revision < last)
            {
                var bytes = await stream.ReadAsync().ConfigureAwait(false);
                var reply = stream.Parse(bytes, static b => WatchResponse.Parser.ParseFrom(b.Span));
                if (isFirst && stream.HistoryOf(bytes) != history)
                {
                    throw HistoryErrors.Changed($"The reading of the history of '{key}'", key, channel.Address);
                }

                isFirst = false;
                ThrowIfEnded(reply, key, from);
                var isOfKey = reply.WatchId == KeyWatch;
                if (isOfKey)
                {
                    changes.AddRange(reply.Events.Select(e => replies.Event(e.ToByteArray(), asked)));
                    wait = reply.Events.Count >= FullBatch ? SettledAfterFullBatch : Settled;
                }

                // If other clients write, the second watch has no end; only its first change counts.
                if (isOfKey || !hasSettled)
                {
                    hasSettled |= !isOfKey && reply.Events.Count > 0;
                    patience.CancelAfter(hasSettled ? wait : channel.Timeout);
                }
            }
        }
        catch (OperationCanceledException) when (hasSettled && !cancellationToken.IsCancellationRequested)
        {
            // Nothing more has arrived.
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KvTimeoutException(
                $"{channel.Address} did not send its complete history: each part of a reply must arrive within {channel.Timeout.TotalSeconds:0.###} s.", e)
                { Key = key, Endpoint = channel.Address };
        }

        return changes;
    }

    private void ThrowIfEnded(WatchResponse reply, string key, long from)
    {
        if (reply.CompactRevision > 0)
        {
            throw new KvCompactedException(from, reply.CompactRevision, channel.Address);
        }

        if (reply.Canceled)
        {
            throw new KvPermissionDeniedException(
                $"{channel.Address} does not permit reading older changes of '{key}': {reply.CancelReason}. For a key that does not exist, this requires the permission to read all keys.")
                { Key = key, Endpoint = channel.Address };
        }
    }
}
