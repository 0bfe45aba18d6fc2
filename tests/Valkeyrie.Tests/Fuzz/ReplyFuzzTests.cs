using Google.Protobuf;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Replies of etcd: each reader reads each kind of message, valid and damaged.</summary>
public sealed class ReplyFuzzTests
{
    private const int Cases = 300_000;
    private const int LongCases = 1_000;

    private static readonly Replies Replies = new(new KeyCodec("ns/"));

    private static readonly KvTransaction Transaction = new()
    {
        If = [KvCondition.Exists("k")],
        Then = [new KvOperation.Put("k", "v".Bytes()), new KvOperation.Delete(KvRange.Key("l"))],
        Else = [new KvOperation.Read(KvRange.All)],
    };

    private static readonly RequestedKeys Everything = RequestedKeys.Everything;

    private static readonly byte[][] Messages =
    [
        ScriptedReply.Put(),
        ScriptedReply.Range(("ns/k", [1, 2, 3]), ("ns/k\u00e9/l", [4, 5, 6])),
        ScriptedReply.WatchCreated(),
        ScriptedReply.WatchPut("ns/k", "value", 300),
        ScriptedReply.LeaseGranted(77, 20),
        new DeleteRangeResponse { Header = new ResponseHeader { Revision = 9 }, Deleted = 2 }.ToByteArray(),
        Txn(succeeded: true, new ResponseOp { ResponsePut = new PutResponse() }, new ResponseOp { ResponseDeleteRange = new DeleteRangeResponse { Deleted = 1 } }),
        Txn(succeeded: false, new ResponseOp { ResponseRange = RangeResponse.Parser.ParseFrom(ScriptedReply.Range("ns/k", "v")) }),
    ];

    private static readonly Action<byte[]>[] Readers =
    [
        bytes => Replies.Revision(bytes),
        bytes => ReplyHeader.OfReply(bytes),
        bytes => Replies.Single(bytes, "k"),
        bytes => Replies.Deleted(bytes),
        bytes => Replies.Event(bytes, Everything),
        bytes => Replies.Transaction(ReplyOf(bytes), Transaction),
        bytes => Page(bytes).Consume(),
        ReadWatch,
        bytes => LeaseGrantResponse.Parser.ParseFrom(bytes),
        bytes => LeaseKeepAliveResponse.Parser.ParseFrom(bytes),
        bytes => StatusResponse.Parser.ParseFrom(bytes),
        bytes => AuthenticateResponse.Parser.ParseFrom(bytes),
    ];

    [Fact]
    public async Task Any_reply_is_read_or_refused()
    {
        var read = await FuzzCases.RunAsync(
            Cases,
            random =>
            {
                var bytes = Mutation.OfAny(Messages, random);
                var read = Readers[random.Next(Readers.Length)];
                return new FuzzCase(bytes.Length, () => read(bytes));
            },
            IsRefusal);
        Assert.InRange(read, Cases / 10, Cases - (Cases / 10));
    }

    [Fact]
    public async Task Any_long_page_is_read_or_refused_as_a_typed_error()
    {
        var page = ScriptedReply.Range([.. Enumerable.Range(0, 700).Select(i => ($"ns/k{i}", new byte[100]))]);
        var read = await FuzzCases.RunAsync(
            LongCases,
            random =>
            {
                var bytes = Mutation.Of(page, random);
                return new FuzzCase(bytes.Length, () => Page(bytes).Consume());
            },
            e => e is EtcdProtocolException or KvUnreachableException { Reason: KvUnreachableReason.Protocol });
        Assert.InRange(read, 1, LongCases - 1);
    }

    private static byte[] Txn(bool succeeded, params ResponseOp[] responses) =>
        new TxnResponse { Header = new ResponseHeader { Revision = 9 }, Succeeded = succeeded, Responses = { responses } }.ToByteArray();

    // The reader of a watch throws a KvCompactedException if the server ended the watch for that reason.
    private static bool IsRefusal(Exception e) => e is EtcdProtocolException or InvalidProtocolBufferException or KvCompactedException;

    private static void ReadWatch(byte[] bytes)
    {
        var message = WatchMessage.Read(bytes);
        message.ThrowIfCompacted(1, "k", "etcd://server");
        while (message.Left > 0)
        {
            List<KvEvent> batch = [];
            message.FillBatch(bytes, Replies, Everything, batch);
            Assert.NotEmpty(batch);
        }
    }

    private static KvPage Page(byte[] bytes) => Replies.Page(ReplyOf(bytes), Everything, keysOnly: false);

    private static Reply ReplyOf(byte[] bytes) => new(new GrpcCall(bytes.Length + 1, single: true), bytes, "http://server", 1);
}

/// <summary>Reads pages to their end.</summary>
internal static class PageReading
{
    public static void Consume(this KvPage page)
    {
        using var pairs = page.Pairs as IDisposable;
        foreach (var pair in page.Pairs)
        {
            Assert.NotNull(pair.Key);
        }
    }
}
