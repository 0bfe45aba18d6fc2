using Google.Protobuf;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Turns calls of the contract into etcd's requests: ready frames for the frequent ones, generated messages for the others.</summary>
internal sealed class Requests(KeyCodec keys)
{
    // Above what any server can be made to take (gRPC's limit is an int), and so far below 2 GiB that keys and framing fit in too.
    private const int LongestValues = 1 << 30;

    // etcd's way to say "no end" in a range_end, and "from the first key" in a key.
    private static readonly ByteString Zero = ByteString.CopyFrom(0);

    public MessageFrame Put(string key, ReadOnlySpan<byte> value, long leaseId)
    {
        RefuseIfTooLarge(key, value.Length);
        var frame = MessageFrame.Rent(keys.MaxByteCount(key) + value.Length + (3 * WireWriter.MaxFieldOverhead));
        var writer = new WireWriter(frame.Room);
        writer.Key(PutRequest.KeyFieldNumber, keys, key);
        writer.Bytes(PutRequest.ValueFieldNumber, value);
        writer.Int64(PutRequest.LeaseFieldNumber, leaseId);
        frame.Finish(writer.Written);
        return frame;
    }

    public MessageFrame Get(string key, KvReadOptions options)
    {
        var frame = MessageFrame.Rent(keys.MaxByteCount(key) + (3 * WireWriter.MaxFieldOverhead));
        var writer = new WireWriter(frame.Room);
        writer.Key(RangeRequest.KeyFieldNumber, keys, key);
        writer.Int64(RangeRequest.RevisionFieldNumber, options.Revision ?? 0);
        writer.Bool(RangeRequest.SerializableFieldNumber, options.Serializable);
        frame.Finish(writer.Written);
        return frame;
    }

    public MessageFrame Delete(string key)
    {
        var frame = MessageFrame.Rent(keys.MaxByteCount(key) + WireWriter.MaxFieldOverhead);
        var writer = new WireWriter(frame.Room);
        writer.Key(DeleteRangeRequest.KeyFieldNumber, keys, key);
        frame.Finish(writer.Written);
        return frame;
    }

    public RangeRequest Range(KvRangeQuery query)
    {
        var (start, end) = Interval(query.Range);
        return new RangeRequest
        {
            Key = query.After is null ? start : JustAfter(query.After),
            RangeEnd = query.Before is { } before ? KeyOf(before) : query.UpTo is { } last ? JustAfter(last) : end,
            Limit = query.Limit ?? 0,
            Revision = query.Revision ?? 0,
            KeysOnly = query.KeysOnly,
            CountOnly = query.CountOnly,
            Serializable = query.Serializable,
            SortOrder = query.NewestFirst || query.Descending ? SortOrder.Descend : SortOrder.None,
            SortTarget = query.NewestFirst ? SortTarget.Create : SortTarget.Key,
            MinModRevision = query.MinRevision ?? 0,
            MaxCreateRevision = query.MaxCreateRevision ?? 0,
        };
    }

    public TxnRequest Transaction(KvTransaction transaction)
    {
        var length = 0L;
        foreach (var put in transaction.Then.Concat(transaction.Else).OfType<KvOperation.Put>())
        {
            length += put.Value.Length;
            RefuseIfTooLarge(put.Key, length);
        }

        return new()
        {
            Compare = { transaction.If.Select(Condition) },
            Success = { transaction.Then.Select(Operation) },
            Failure = { transaction.Else.Select(Operation) },
        };
    }

    public WatchRequest Watch(KvRange range, long fromRevision, bool previousValue)
    {
        var (start, end) = Interval(range);
        return new WatchRequest
        {
            CreateRequest = new WatchCreateRequest { Key = start, RangeEnd = end, StartRevision = fromRevision, PrevKv = previousValue, ProgressNotify = true },
        };
    }

    /// <summary>A watch of all keys of the server, in whatever namespace.</summary>
    public static WatchRequest WatchEverything(long fromRevision) =>
        new() { CreateRequest = new WatchCreateRequest { Key = Zero, RangeEnd = Zero, StartRevision = fromRevision } };

    /// <summary>The keys of a range.</summary>
    public RequestedKeys KeysOf(KvRange range)
    {
        var (start, end) = Interval(range);
        return new RequestedKeys(start, end);
    }

    /// <summary>The keys that a request for a page asks for.</summary>
    public static RequestedKeys KeysOf(RangeRequest request) => new(request.Key, request.RangeEnd);

    private static void RefuseIfTooLarge(string key, long length)
    {
        if (length > LongestValues)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, $"The request for '{key}' has values of {length} bytes, more than etcd can be sent (by default 1.5 MiB).") { Key = key };
        }
    }

    private Compare Condition(KvCondition condition)
    {
        var (start, end) = Interval(condition.Range);
        var compare = new Compare
        {
            Key = start,
            RangeEnd = end,
            Result = condition.Operator switch
            {
                KvConditionOperator.Equal => Compare.Types.Result.Equal,
                KvConditionOperator.Greater => Compare.Types.Result.Greater,
                KvConditionOperator.Less => Compare.Types.Result.Less,
                _ => Compare.Types.Result.NotEqual,
            },
        };
        switch (condition.Target)
        {
            case KvConditionTarget.Version:
                compare.Target = Compare.Types.Target.Version;
                compare.Version = condition.Number;
                break;
            case KvConditionTarget.CreateRevision:
                compare.Target = Compare.Types.Target.Create;
                compare.CreateRevision = condition.Number;
                break;
            case KvConditionTarget.Revision:
                compare.Target = Compare.Types.Target.Mod;
                compare.ModRevision = condition.Number;
                break;
            case KvConditionTarget.Lease:
                compare.Target = Compare.Types.Target.Lease;
                compare.Lease = condition.Number;
                break;
            default:
                compare.Target = Compare.Types.Target.Value;
                compare.Value = UnsafeByteOperations.UnsafeWrap(condition.Value);
                break;
        }

        return compare;
    }

    private RequestOp Operation(KvOperation operation) => operation switch
    {
        KvOperation.Put put => new RequestOp
        {
            RequestPut = new PutRequest { Key = KeyOf(put.Key), Value = UnsafeByteOperations.UnsafeWrap(put.Value), Lease = put.LeaseId ?? 0 },
        },
        KvOperation.Delete delete => new RequestOp { RequestDeleteRange = Deletion(delete.Range) },
        KvOperation.Read read => new RequestOp { RequestRange = Range(KvRangeQuery.Of(read)) },
        _ => throw new KvInvalidArgumentException($"A transaction cannot hold a {operation.GetType().Name}."),
    };

    private DeleteRangeRequest Deletion(KvRange range)
    {
        var (start, end) = Interval(range);
        return new DeleteRangeRequest { Key = start, RangeEnd = end };
    }

    private (ByteString Start, ByteString End) Interval(KvRange range)
    {
        if (range.Kind == KvRangeKind.Key)
        {
            return (KeyOf(range.Text), ByteString.Empty);
        }

        var (start, end) = keys.IntervalOf(range);
        return (start.Length == 0 ? Zero : UnsafeByteOperations.UnsafeWrap(start), end is null ? Zero : UnsafeByteOperations.UnsafeWrap(end));
    }

    // The smallest key after another one is that key with a zero byte behind it.
    private ByteString JustAfter(string key) => UnsafeByteOperations.UnsafeWrap((byte[])[.. keys.Encode(key), 0]);

    private ByteString KeyOf(string key) => UnsafeByteOperations.UnsafeWrap(keys.Encode(key));
}
