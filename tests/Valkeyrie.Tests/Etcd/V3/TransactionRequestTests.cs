using Google.Protobuf;
using Valkeyrie.Etcd.Protocol;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Tests.Etcd.V3;

/// <summary>Handwritten messages equal those that the generated classes read: every field, and no others.</summary>
public sealed class TransactionRequestTests
{
    private const string Namespace = "ns/";

    private static readonly TransactionRequests Written = new(new KeyCodec(Namespace));

    [Fact]
    public void A_put_has_its_key_its_value_and_its_lease()
    {
        var put = Parse(new KvTransaction { Then = [new KvOperation.Put("a", "v"u8.ToArray(), 7)] }).Success.Single().RequestPut;

        Assert.Equal(new PutRequest { Key = Bytes("ns/a"), Value = Bytes("v"), Lease = 7 }, put);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(41)]
    [InlineData(125)]
    [InlineData(128)]
    [InlineData(5_460)]
    [InlineData(16_384)]
    [InlineData(70_000)]
    public void A_length_is_right_where_it_takes_another_byte(int length)
    {
        var key = new string('k', length);
        var value = new byte[length];
        var transaction = new KvTransaction { Then = [new KvOperation.Put(key, value), new KvOperation.Put("ä" + key, value), new KvOperation.Put("last", value)] };

        var puts = Parse(transaction).Success.Select(operation => operation.RequestPut);

        Assert.Equal([Namespace + key, Namespace + "ä" + key, Namespace + "last"], puts.Select(put => put.Key.ToStringUtf8()));
        Assert.All(puts, put => Assert.Equal(length, put.Value.Length));
    }

    [Fact]
    public void An_empty_value_is_written() =>
        Assert.Equal(new PutRequest { Key = Bytes("ns/a") }, Parse(new KvTransaction { Then = [new KvOperation.Put("a", default)] }).Success.Single().RequestPut);

    [Fact]
    public void Deletes_have_the_keys_of_their_range()
    {
        KvRange[] ranges = [KvRange.Key("a"), KvRange.Directory("d"), KvRange.Prefix("p"), KvRange.All];

        var deletes = Parse(new KvTransaction { Else = [.. ranges.Select(range => new KvOperation.Delete(range))] }).Failure.Select(operation => operation.RequestDeleteRange);

        Assert.Equal(
            [
                new DeleteRangeRequest { Key = Bytes("ns/a") },
                new DeleteRangeRequest { Key = Bytes("ns/d/"), RangeEnd = Bytes("ns/d0") },
                new DeleteRangeRequest { Key = Bytes("ns/p"), RangeEnd = Bytes("ns/q") },
                new DeleteRangeRequest { Key = Bytes("ns/"), RangeEnd = Bytes("ns0") },
            ],
            deletes);
    }

    [Fact]
    public void Without_a_namespace_all_keys_are_from_the_first_to_no_end()
    {
        using var frame = new ReturnedFrame(new TransactionRequests(KeyCodec.Plain).Frame(new KvTransaction { Then = [new KvOperation.Delete(KvRange.All)] }));

        Assert.Equal(new DeleteRangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) }, frame.Parse().Success.Single().RequestDeleteRange);
    }

    [Fact]
    public void A_read_has_all_that_was_asked_for()
    {
        var read = new KvOperation.Read(KvRange.Directory("d"))
        {
            Revision = 9, Limit = 300, KeysOnly = true, CountOnly = true, NewestFirst = true, MaxCreateRevision = 1L << 40, Serializable = true,
        };

        Assert.Equal(
            new RangeRequest
            {
                Key = Bytes("ns/d/"),
                RangeEnd = Bytes("ns/d0"),
                Revision = 9,
                Limit = 300,
                KeysOnly = true,
                CountOnly = true,
                SortOrder = SortOrder.Descend,
                SortTarget = SortTarget.Create,
                MaxCreateRevision = 1L << 40,
                Serializable = true,
            },
            Parse(new KvTransaction { Then = [read] }).Success.Single().RequestRange);
    }

    [Theory]
    [InlineData(KvConditionTarget.Version, KvConditionOperator.Equal)]
    [InlineData(KvConditionTarget.CreateRevision, KvConditionOperator.Greater)]
    [InlineData(KvConditionTarget.Revision, KvConditionOperator.Less)]
    [InlineData(KvConditionTarget.Lease, KvConditionOperator.NotEqual)]
    [InlineData(KvConditionTarget.Value, KvConditionOperator.Equal)]
    public void A_condition_compares_what_it_names(KvConditionTarget target, KvConditionOperator comparison)
    {
        foreach (var number in (long[])[0, 1, -1, long.MaxValue])
        {
            foreach (var value in (byte[][])[[], [0, 255]])
            {
                var compare = Parse(new KvTransaction { If = [new KvCondition(KvRange.Directory("d"), target, comparison, number, value)] }).Compare.Single();

                Assert.Equal(Expected(target, comparison, number, value), compare);
            }
        }
    }

    [Fact]
    public void A_key_that_is_no_text_is_refused() =>
        Assert.Throws<KvInvalidArgumentException>(() => Written.Frame(new KvTransaction { Then = [new KvOperation.Put("half\uD800", default)] }));

    private static Compare Expected(KvConditionTarget target, KvConditionOperator comparison, long number, byte[] value)
    {
        var compare = new Compare
        {
            Key = Bytes("ns/d/"),
            RangeEnd = Bytes("ns/d0"),
            Result = comparison switch
            {
                KvConditionOperator.Equal => Compare.Types.Result.Equal,
                KvConditionOperator.Greater => Compare.Types.Result.Greater,
                KvConditionOperator.Less => Compare.Types.Result.Less,
                _ => Compare.Types.Result.NotEqual,
            },
        };
        switch (target)
        {
            case KvConditionTarget.Version: (compare.Target, compare.Version) = (Compare.Types.Target.Version, number); break;
            case KvConditionTarget.CreateRevision: (compare.Target, compare.CreateRevision) = (Compare.Types.Target.Create, number); break;
            case KvConditionTarget.Revision: (compare.Target, compare.ModRevision) = (Compare.Types.Target.Mod, number); break;
            case KvConditionTarget.Lease: (compare.Target, compare.Lease) = (Compare.Types.Target.Lease, number); break;
            default: (compare.Target, compare.Value) = (Compare.Types.Target.Value, ByteString.CopyFrom(value)); break;
        }

        return compare;
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private static TxnRequest Parse(KvTransaction transaction)
    {
        using var frame = new ReturnedFrame(Written.Frame(transaction));
        return frame.Parse();
    }

    /// <summary>A frame whose buffer returns to the pool.</summary>
    private sealed class ReturnedFrame(Valkeyrie.Etcd.Grpc.MessageFrame frame) : IDisposable
    {
        private Valkeyrie.Etcd.Grpc.MessageFrame _frame = frame;

        public TxnRequest Parse() => TxnRequest.Parser.ParseFrom(_frame.Memory.Span[Valkeyrie.Etcd.Grpc.MessageFrame.HeaderLength..]);

        public void Dispose() => _frame.Return();
    }
}
