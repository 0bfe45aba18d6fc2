using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>A range in one stream of etcd 3.7: in parts whose length the server chooses. Only the last part has a header and the count of all pairs.</summary>
/// <remarks>If the stream fails, a Range call reads the rest at the same revision. That call has its own attempts, and its error is the caller's. A part that no etcd
/// sends is an error at once.</remarks>
internal sealed class RangeStream : IFollowingPages
{
    // The only field of RangeStreamResponse (etcd 3.7, api/etcdserverpb/rpc.proto); its type is RangeResponse.
    private const int PartField = 1;

    private readonly TimeSpan _timeout;
    private readonly Requests _requests;
    private readonly Replies _replies;
    private readonly Func<KvRangeQuery, CancellationToken, ValueTask<KvPage>> _readPage;
    private readonly Func<KvRangeQuery, KvHistoryChangedException> _changed;
    private readonly CancellationToken _cancellationToken;
    private readonly EtcdStream _stream;
    private KvRangeQuery _query;
    private long _received;
    private bool _isComplete;

    private RangeStream(
        TimeSpan timeout,
        Requests requests,
        Replies replies,
        KvRangeQuery query,
        EtcdStream stream,
        Func<KvRangeQuery, CancellationToken, ValueTask<KvPage>> readPage,
        Func<KvRangeQuery, KvHistoryChangedException> changed,
        CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _requests = requests;
        _replies = replies;
        _query = query;
        _stream = stream;
        _readPage = readPage;
        _changed = changed;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Tells whether a stream can answer a query. The revision of a stream comes last, so the query must name one. A stream neither sorts nor filters by
    /// revision.</summary>
    public static bool Suits(KvRangeQuery query) => query is
    {
        Whole: true,
        Revision: > 0,
        History: not 0,
        MinRevision: null,
        MaxCreateRevision: null,
        Descending: false,
        NewestFirst: false,
        CountOnly: false,
    };

    /// <summary>Opens a stream; null if no endpoint is known to serve it.</summary>
    /// <param name="channel">The cluster.</param>
    /// <param name="requests">Writes requests.</param>
    /// <param name="replies">Reads replies.</param>
    /// <param name="query">A query that suits.</param>
    /// <param name="readPage">Reads a page by a Range call.</param>
    /// <param name="changed">The error if the stream is of another history.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public static async ValueTask<RangeStream?> TryOpenAsync(
        EtcdChannel channel,
        Requests requests,
        Replies replies,
        KvRangeQuery query,
        Func<KvRangeQuery, CancellationToken, ValueTask<KvPage>> readPage,
        Func<KvRangeQuery, KvHistoryChangedException> changed,
        CancellationToken cancellationToken)
    {
        var unlimited = query with { Limit = null };
        var stream = await channel.TryOpenRangeStreamAsync(
            query.History, static state => Requests.Range(state.unlimited, state.requests.KeysOf(state.unlimited)), (unlimited, requests), query.Range.Text, cancellationToken)
            .ConfigureAwait(false);
        return stream is null ? null : new RangeStream(channel.Timeout, requests, replies, query, stream, readPage, changed, cancellationToken);
    }

    public async Task<KvPage> ReadAsync()
    {
        KvPage? page = null;
        try
        {
            page = await ReadPartAsync().ConfigureAwait(false);
            return page;
        }
        catch (KvException e) when (e is not (KvStoreClosedException or KvHistoryChangedException or KvUnreachableException { Reason: KvUnreachableReason.Protocol }))
        {
            return _isComplete ? End() : await _readPage(_query with { Whole = false }, _cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (page?.Following is null)
            {
                await DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask<KvPage> ReadPartAsync()
    {
        var reply = await _stream.ReadOrEndAsync(_timeout).ConfigureAwait(false);
        var page = _stream.Parse(default, (Self: this, reply), static (_, state) => state.Self.Next(state.reply));
        if (page.Pairs is { Count: > 0 } pairs)
        {
            // The next part must begin behind these, and so does a page that is read instead of it.
            _query = _query with { After = pairs[^1].Key };
        }

        return page;
    }

    private KvPage Next(Reply? reply)
    {
        if (_isComplete != reply is null)
        {
            throw new EtcdProtocolException(_isComplete ? "The reply to RangeStream continues after its last message." : "The reply to RangeStream ends before its last message.");
        }

        if (reply is not { } message)
        {
            return End();
        }

        var part = message.Within(PartOf(message.Message));
        var header = ReplyHeader.OfReply(part.Span);
        var page = _replies.Page(part, _requests.KeysOf(_query), _query.KeysOnly);
        _received += page.Pairs.Count;
        _isComplete = header != default;
        if (_isComplete)
        {
            CheckEnd(page, header, part.Message);
        }
        else if (page.Pairs.Count == 0)
        {
            throw new EtcdProtocolException("A message in the reply to RangeStream has no pairs, and is not the last one.");
        }

        return page with { More = false, Count = page.Pairs.Count, Revision = _query.Revision!.Value, History = _query.History, Following = this };
    }

    private KvPage End() => new([], false, 0, _query.Revision!.Value, 0) { History = _query.History };

    private void CheckEnd(KvPage last, in ReplyHeader header, ReadOnlyMemory<byte> part)
    {
        if (_stream.HistoryOf(part) != _query.History)
        {
            throw _changed(_query);
        }

        if (header.Revision < _query.Revision)
        {
            throw new EtcdProtocolException($"The reply to RangeStream was read at revision {header.Revision}, but revision {_query.Revision} was requested.");
        }

        if (last.More)
        {
            throw new EtcdProtocolException("The last message in the reply to RangeStream reports that more pairs follow.");
        }

        if (last.Count != _received)
        {
            throw new EtcdProtocolException($"The reply to RangeStream has {_received} pairs, but its last message reports {last.Count}.");
        }
    }

    private static ReadOnlyMemory<byte> PartOf(ReadOnlyMemory<byte> message)
    {
        var reader = new WireReader(message.Span);
        while (reader.Next())
        {
            if (reader.Field == PartField)
            {
                var length = reader.Bytes().Length;
                return message.Slice(message.Length - reader.Left - length, length);
            }

            reader.Skip();
        }

        throw new EtcdProtocolException("A message in the reply to RangeStream has no range response.");
    }
}
