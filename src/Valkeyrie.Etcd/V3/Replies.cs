using System.Text;
using Google.Protobuf;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Converts etcd's replies to the contract's types, directly from the received bytes if there may be many.</summary>
internal sealed class Replies(KeyCodec keys)
{
    private readonly Requests _requests = new(keys);

    // A shorter reply is decoded at once.
    private const int SmallestLongReply = 64 << 10;

    /// <summary>Reads the store's revision of a reply, from the header in its first field.</summary>
    public static long Revision(ReadOnlySpan<byte> reply)
    {
        var reader = new WireReader(reply);
        while (reader.Next())
        {
            if (reader.Field == RangeResponse.HeaderFieldNumber)
            {
                return HeaderRevision(reader.Bytes());
            }

            reader.Skip();
        }

        return 0;
    }

    /// <summary>Reads the pair of a reply about one key; null if there is none.</summary>
    public KvPair? Single(ReadOnlySpan<byte> reply, string key)
    {
        var reader = new WireReader(reply);
        while (reader.Next())
        {
            if (reader.Field == RangeResponse.KvsFieldNumber)
            {
                return Pair(reader.Bytes(), new RequestedKeys(key), keyOnly: false);
            }

            reader.Skip();
        }

        return null;
    }

    public static bool Deleted(ReadOnlySpan<byte> reply) => DeletedCount(reply) > 0;

    /// <summary>Reads a member's report about itself.</summary>
    public static KvServerStatus Status(Reply reply)
    {
        var version = "";
        long? revision = null;
        var reader = new WireReader(reply.Span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case StatusResponse.HeaderFieldNumber: revision = HeaderRevision(reader.Bytes()); break;
                case StatusResponse.VersionFieldNumber: version = Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        return new KvServerStatus(reply.Endpoint, version, revision);
    }

    public KvPage Page(Reply reply, RequestedKeys asked, bool keysOnly)
    {
        var bytes = reply.Span;
        var decoded = new List<KvPair>();
        var received = bytes.Length < SmallestLongReply ? null : new ReceivedPairs(this, reply, reply.Keep(), asked, keysOnly);
        long count = 0, revision = 0;
        var more = false;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RangeResponse.KvsFieldNumber:
                    var pair = reader.Bytes();
                    if (received is null)
                    {
                        decoded.Add(Pair(pair, asked, keysOnly));
                    }
                    else
                    {
                        received.Add(bytes.Length - reader.Left - pair.Length, pair.Length);
                    }

                    break;
                case RangeResponse.HeaderFieldNumber: revision = HeaderRevision(reader.Bytes()); break;
                case RangeResponse.MoreFieldNumber: more = reader.Bool(); break;
                case RangeResponse.CountFieldNumber: count = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        return new KvPage((IReadOnlyList<KvPair>?)received ?? decoded, more, count, revision, bytes.Length) { History = reply.History };
    }

    public KvTransactionResult Transaction(Reply reply, KvTransaction transaction)
    {
        var revision = 0L;
        var succeeded = false;
        var reader = new WireReader(reply.Span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case TxnResponse.HeaderFieldNumber: revision = HeaderRevision(reader.Bytes()); break;
                case TxnResponse.SucceededFieldNumber: succeeded = reader.Bool(); break;
                default: reader.Skip(); break;
            }
        }

        var results = Operations(reply.Span, succeeded ? transaction.Then : transaction.Else, revision);
        return new KvTransactionResult(succeeded, revision, results) { History = reply.History };
    }

    public KvEvent Event(ReadOnlySpan<byte> bytes, RequestedKeys asked)
    {
        var type = KvEventType.Put;
        KvPair? pair = null;
        KvPair? previous = null;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Protocol.Event.TypeFieldNumber: type = reader.Int64() == (long)Protocol.Event.Types.EventType.Delete ? KvEventType.Delete : KvEventType.Put; break;
                case Protocol.Event.KvFieldNumber: pair = Pair(reader.Bytes(), asked, keyOnly: false); break;
                case Protocol.Event.PrevKvFieldNumber: previous = Pair(reader.Bytes(), asked, keyOnly: false); break;
                default: reader.Skip(); break;
            }
        }

        return new KvEvent { Type = type, Pair = pair ?? throw new EtcdProtocolException("A change has no key."), Previous = previous };
    }

    /// <summary>Selects the keys of a lease that are in the namespace.</summary>
    public IReadOnlyList<string> Keys(IEnumerable<ByteString> received) =>
        [.. received.Where(k => keys.Covers(k.Span)).Select(k => keys.Decode(k.Span)).Order(StringComparer.Ordinal)];

    public static long HeaderRevision(ReadOnlySpan<byte> header)
    {
        var reader = new WireReader(header);
        while (reader.Next())
        {
            if (reader.Field == ResponseHeader.RevisionFieldNumber)
            {
                return reader.Int64();
            }

            reader.Skip();
        }

        return 0;
    }

    public KvPair Pair(ReadOnlySpan<byte> bytes, RequestedKeys asked, bool keyOnly)
    {
        ReadOnlySpan<byte> key = default, value = default;
        long created = 0, modified = 0, version = 0, lease = 0;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case KeyValue.KeyFieldNumber: key = reader.Bytes(); break;
                case KeyValue.CreateRevisionFieldNumber: created = reader.Int64(); break;
                case KeyValue.ModRevisionFieldNumber: modified = reader.Int64(); break;
                case KeyValue.VersionFieldNumber: version = reader.Int64(); break;
                case KeyValue.ValueFieldNumber: value = reader.Bytes(); break;
                case KeyValue.LeaseFieldNumber: lease = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        // First the namespace, which is removed.
        if (!keys.Covers(key) || keys.Decode(key) is not { } text || !asked.Contain(key, text))
        {
            throw new EtcdProtocolException("The reply contains a key that was not requested.");
        }

        return new KvPair(value.IsEmpty ? [] : value.ToArray())
        {
            Key = text,
            KeyOnly = keyOnly,
            Revision = modified,
            CreateRevision = created,
            Version = version,
            LeaseId = lease,
        };
    }

    private static long DeletedCount(ReadOnlySpan<byte> reply)
    {
        var reader = new WireReader(reply);
        while (reader.Next())
        {
            if (reader.Field == DeleteRangeResponse.DeletedFieldNumber)
            {
                return reader.Int64();
            }

            reader.Skip();
        }

        return 0;
    }

    private KvOperationResult[] Operations(ReadOnlySpan<byte> reply, IReadOnlyList<KvOperation> done, long revision)
    {
        var results = new KvOperationResult[done.Count];
        var count = 0;
        var reader = new WireReader(reply);
        while (reader.Next())
        {
            if (reader.Field != TxnResponse.ResponsesFieldNumber)
            {
                reader.Skip();
                continue;
            }

            var response = reader.Bytes();
            if (count < results.Length)
            {
                results[count] = Operation(done[count], response, revision);
            }

            count++;
        }

        return count == results.Length ? results : throw new EtcdProtocolException("The reply to a transaction does not answer each of its operations.");
    }

    private KvOperationResult Operation(KvOperation operation, ReadOnlySpan<byte> response, long revision) => operation switch
    {
        KvOperation.Put put => new([new KvPair(put.Value.ToArray()) { Key = put.Key, Revision = revision, LeaseId = put.LeaseId }], 1),
        KvOperation.Delete => new([], DeletedCount(Within(response, ResponseOp.ResponseDeleteRangeFieldNumber))),
        KvOperation.Read read => Read(Within(response, ResponseOp.ResponseRangeFieldNumber), KvRangeQuery.Of(read)),
        _ => throw new KvInvalidArgumentException($"A transaction cannot contain a {operation.GetType().Name}."),
    };

    /// <summary>Returns the message in a field; empty if there is none.</summary>
    private static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> message, int field)
    {
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Bytes();
            }

            reader.Skip();
        }

        return default;
    }

    private KvOperationResult Read(ReadOnlySpan<byte> range, KvRangeQuery query)
    {
        var asked = _requests.KeysOf(query);
        var pairs = new List<KvPair>();
        var count = 0L;
        var reader = new WireReader(range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RangeResponse.KvsFieldNumber: pairs.Add(Pair(reader.Bytes(), asked, query.KeysOnly)); break;
                case RangeResponse.CountFieldNumber: count = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        return new(pairs, count);
    }
}
