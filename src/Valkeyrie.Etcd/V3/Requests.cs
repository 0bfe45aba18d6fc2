using Google.Protobuf;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Turns calls of the contract into etcd's requests. Reads and writes are written by hand, straight into a frame: a process that only makes those
/// loads and compiles none of the generated messages.</summary>
internal sealed class Requests(KeyCodec keys)
{
    // Above what any server can be made to take (gRPC's limit is an int), and so far below 2 GiB that keys and framing fit in too.
    private const int LongestValues = 1 << 30;

    /// <summary>The most bytes that the fields of a request for a page take beside its two keys.</summary>
    public const int RangeOverhead = 11 * WireWriter.MaxFieldOverhead;

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

    /// <summary>A page of a range.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="asked">Its keys: <see cref="KeysOf(KvRangeQuery)"/>.</param>
    public static MessageFrame Range(KvRangeQuery query, RequestedKeys asked)
    {
        var frame = MessageFrame.Rent(asked.Start.Length + asked.End.Length + RangeOverhead);
        var writer = new WireWriter(frame.Room);
        WriteRange(ref writer, query, asked);
        frame.Finish(writer.Written);
        return frame;
    }

    /// <summary>A read that needs no permission to be refused for another reason than permission. Serializable: each member answers for itself, also without a
    /// leader.</summary>
    public static MessageFrame AnyRead() => Range(new KvRangeQuery(KvRange.All) { CountOnly = true, Serializable = true }, new RequestedKeys([0], []));

    /// <summary>Writes the fields of a request for a page.</summary>
    /// <param name="writer">Has room for both ends and for <see cref="RangeOverhead"/>.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="asked">Its keys.</param>
    public static void WriteRange(ref WireWriter writer, KvRangeQuery query, RequestedKeys asked)
    {
        writer.Bytes(RangeRequest.KeyFieldNumber, asked.Start);
        writer.Bytes(RangeRequest.RangeEndFieldNumber, asked.End);
        writer.Int64(RangeRequest.LimitFieldNumber, query.Limit ?? 0);
        writer.Int64(RangeRequest.RevisionFieldNumber, query.Revision ?? 0);
        writer.Int64(RangeRequest.SortOrderFieldNumber, (long)(query.NewestFirst || query.Descending ? SortOrder.Descend : SortOrder.None));
        writer.Int64(RangeRequest.SortTargetFieldNumber, (long)(query.NewestFirst ? SortTarget.Create : SortTarget.Key));
        writer.Bool(RangeRequest.SerializableFieldNumber, query.Serializable);
        writer.Bool(RangeRequest.KeysOnlyFieldNumber, query.KeysOnly);
        writer.Bool(RangeRequest.CountOnlyFieldNumber, query.CountOnly);
        writer.Int64(RangeRequest.MinModRevisionFieldNumber, query.MinRevision ?? 0);
        writer.Int64(RangeRequest.MaxCreateRevisionFieldNumber, query.MaxCreateRevision ?? 0);
    }

    public WatchRequest Watch(KvRange range, long fromRevision, bool previousValue)
    {
        var asked = KeysOf(range);
        return new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = UnsafeByteOperations.UnsafeWrap(asked.Start),
                RangeEnd = UnsafeByteOperations.UnsafeWrap(asked.End),
                StartRevision = fromRevision,
                PrevKv = previousValue,
                ProgressNotify = true,
            },
        };
    }

    /// <summary>A watch of all keys of the server, in whatever namespace.</summary>
    public static WatchRequest WatchEverything(long fromRevision)
    {
        var everything = RequestedKeys.Everything;
        return new()
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = UnsafeByteOperations.UnsafeWrap(everything.Start),
                RangeEnd = UnsafeByteOperations.UnsafeWrap(everything.End),
                StartRevision = fromRevision,
            },
        };
    }

    /// <summary>The keys of a range.</summary>
    public RequestedKeys KeysOf(KvRange range)
    {
        if (range.Kind == KvRangeKind.Key)
        {
            return new RequestedKeys(keys.Encode(range.Text), []);
        }

        var (start, end) = keys.IntervalOf(range);
        return new RequestedKeys(start, end);
    }

    /// <summary>The keys that a request for a page asks for.</summary>
    public RequestedKeys KeysOf(KvRangeQuery query)
    {
        var whole = KeysOf(query.Range);
        if (query is { After: null, Before: null, UpTo: null })
        {
            return whole;
        }

        return new RequestedKeys(
            query.After is null ? whole.Start : JustAfter(query.After),
            query.Before is { } before ? keys.Encode(before) : query.UpTo is { } last ? JustAfter(last) : whole.End);
    }

    /// <summary>Refuses a request that no server can be made to take.</summary>
    /// <param name="key">The key to name.</param>
    /// <param name="length">The bytes of its values.</param>
    /// <exception cref="KvException">(<see cref="KvErrorCode.QuotaExceeded"/>) It is such a one.</exception>
    public static void RefuseIfTooLarge(string key, long length)
    {
        if (length > LongestValues)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, $"The request for '{key}' has values of {length} bytes, more than etcd accepts (by default 1.5 MiB).") { Key = key };
        }
    }

    // The smallest key after another one is that key with a zero byte behind it.
    private byte[] JustAfter(string key) => [.. keys.Encode(key), 0];
}
