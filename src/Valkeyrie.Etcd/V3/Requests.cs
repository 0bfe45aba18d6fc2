using Google.Protobuf;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.V3;

/// <summary>Converts calls of the contract to etcd's requests. Reads and writes are encoded directly into a frame, so a process with only such calls loads and
/// compiles no generated messages.</summary>
internal sealed class Requests(KeyCodec keys)
{
    // Above the highest possible limit of a server (gRPC's limit is an int), and far enough below 2 GiB for keys and framing.
    private const int LongestValues = 1 << 30;

    /// <summary>The maximum size of the fields of a request for a page without its two keys, in bytes.</summary>
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

    /// <summary>Creates the request for a page of a range.</summary>
    /// <param name="query">The query.</param>
    /// <param name="asked">The requested keys: <see cref="KeysOf(KvRangeQuery)"/>.</param>
    public static MessageFrame Range(KvRangeQuery query, RequestedKeys asked)
    {
        var frame = MessageFrame.Rent(asked.Start.Length + asked.End.Length + RangeOverhead);
        var writer = new WireWriter(frame.Room);
        WriteRange(ref writer, query, asked);
        frame.Finish(writer.Written);
        return frame;
    }

    /// <summary>Creates a read that can be refused only for a reason other than its content. Serializable: each member answers from its own state, even without
    /// a leader.</summary>
    public static MessageFrame AnyRead() => Range(new KvRangeQuery(KvRange.All) { CountOnly = true, Serializable = true }, new RequestedKeys([0], []));

    /// <summary>Writes the fields of a request for a page.</summary>
    /// <param name="writer">The writer, with room for both bounds and for <see cref="RangeOverhead"/>.</param>
    /// <param name="query">The query.</param>
    /// <param name="asked">The requested keys.</param>
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

    /// <summary>Creates a watch of all keys of the server, in any namespace.</summary>
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

    /// <summary>Returns the keys of a range.</summary>
    public RequestedKeys KeysOf(KvRange range)
    {
        if (range.Kind == KvRangeKind.Key)
        {
            return new RequestedKeys(keys.Encode(range.Text), []);
        }

        var (start, end) = keys.IntervalOf(range);
        return new RequestedKeys(start, end);
    }

    /// <summary>Returns the keys of a request for a page.</summary>
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

    /// <summary>Refuses a request that exceeds the limit of any server.</summary>
    /// <param name="key">The key for the error.</param>
    /// <param name="length">The size of the values in bytes.</param>
    /// <exception cref="KvException">(<see cref="KvErrorCode.QuotaExceeded"/>) The request is too large.</exception>
    public static void RefuseIfTooLarge(string key, long length)
    {
        if (length > LongestValues)
        {
            throw new KvException(KvErrorCode.QuotaExceeded, $"The request for '{key}' has values of {length} bytes, more than etcd accepts (by default 1.5 MiB).") { Key = key };
        }
    }

    // The smallest key after another one is that key followed by a zero byte.
    private byte[] JustAfter(string key) => [.. keys.Encode(key), 0];
}
