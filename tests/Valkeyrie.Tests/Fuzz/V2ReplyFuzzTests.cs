using System.Text;
using System.Text.Json;
using Valkeyrie.Etcd.V2;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>The parser of replies: any bytes, divided anywhere, produce the reply or a typed refusal.</summary>
public sealed class V2ReplyFuzzTests
{
    private const string Change =
        """{"action":"compareAndSwap","node":{"key":"/a\u0041/é","value":"x\"\\\u00e9🔑\n","ttl":9,"expiration":"2026","modifiedIndex":12,"createdIndex":3},"prevNode":{"key":"/a","value":"","modifiedIndex":3,"createdIndex":3},"new":[{"a":[1,{"b":null}]},2]}""";

    private const string Tree =
        """{"action":"get","node":{"dir":true,"nodes":[{"key":"/t/a","dir":true,"nodes":[{"key":"/t/a/x","value":"1","modifiedIndex":4,"createdIndex":4},{"key":"/t/a/y","dir":true}],"modifiedIndex":4,"createdIndex":4},{"key":"/t/b","value":"2\u0026","modifiedIndex":5,"createdIndex":5}]}}""";

    private static readonly KeyTree Everything = new KeyPaths("").TreeOf(KvRange.All);

    [Fact]
    public void A_change_is_read_the_same_however_it_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Change);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var parser = Parse(new ReplyParser(), bytes, at);
            Assert.Equal(("compareAndSwap", "/aA/é", "x\"\\é🔑\n"), (parser.Action, parser.Node!.Path, Encoding.UTF8.GetString(parser.Node.Value)));
            Assert.Equal((12L, 3L, 9L), (parser.Node.ModifiedIndex, parser.Node.CreatedIndex, parser.Node.TtlSeconds));
            Assert.Equal(("/a", 3L), (parser.Previous!.Path, parser.Previous.ModifiedIndex));
        }
    }

    [Fact]
    public void A_tree_is_read_the_same_however_it_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Tree);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var parser = Parse(new ReplyParser(Everything), bytes, at);
            Assert.Equal([("t/a/x", "1", 4L), ("t/b", "2&", 5L)], parser.Pairs.Select(p => (p.Key, p.Value, p.Revision)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"node\"")]
    [InlineData("{\"node\":5}")]
    [InlineData("{\"node\":[]}")]
    [InlineData("{\"node\":\"x\"}")]
    [InlineData("{\"action\":5}")]
    [InlineData("{\"action\":{}}")]
    [InlineData("{\"node\":{\"key\":5}}")]
    [InlineData("{\"node\":{\"key\":{}}}")]
    [InlineData("{\"node\":{\"value\":true}}")]
    [InlineData("{\"node\":{\"value\":[]}}")]
    [InlineData("{\"node\":{\"dir\":\"true\"}}")]
    [InlineData("{\"node\":{\"modifiedIndex\":\"5\"}}")]
    [InlineData("{\"node\":{\"modifiedIndex\":1.5}}")]
    [InlineData("{\"node\":{\"modifiedIndex\":99999999999999999999}}")]
    [InlineData("{\"node\":{\"nodes\":5}}")]
    [InlineData("{\"node\":{\"nodes\":{}}}")]
    [InlineData("{\"node\":{\"nodes\":[1]}}")]
    [InlineData("{\"node\":{\"nodes\":[[]]}}")]
    [InlineData("{\"node\":{\"key\":\"\\ud83d\"}}")]
    [InlineData("{} {}")]
    [InlineData("{\"node\":{}")]
    [InlineData("{\"action\":\"get\"")]
    public void Wrong_types_and_truncation_are_refused(string json)
    {
        Assert.Throws<KeysProtocolException>(() => Parse(new ReplyParser(), Encoding.UTF8.GetBytes(json), 0));
        Assert.Throws<KeysProtocolException>(() => Parse(new ReplyParser(Everything), Encoding.UTF8.GetBytes(json), 0));
    }

    [Fact]
    public void Deep_nesting_is_read_or_refused_without_exhausting_the_stack()
    {
        const int Depth = 100_000;
        var nested = "{\"node\":" + string.Concat(Enumerable.Repeat("{\"nodes\":[", Depth)) + "{\"key\":\"/x\",\"value\":\"v\"}" + string.Concat(Enumerable.Repeat("]}", Depth)) + "}";
        Assert.Equal("x", Assert.Single(Parse(new ReplyParser(Everything), Encoding.UTF8.GetBytes(nested), 0).Pairs).Key);
        var unknown = "{\"x\":" + new string('[', 5_000_000);
        Assert.Throws<KeysProtocolException>(() => Parse(new ReplyParser(), Encoding.UTF8.GetBytes(unknown), 0));
    }

    [Fact]
    public void Damaged_replies_give_a_reply_or_a_typed_refusal()
    {
        const int Rounds = 40_000;
        var random = new Random(20_250_801);
        byte[][] originals = [Encoding.UTF8.GetBytes(Change), Encoding.UTF8.GetBytes(Tree)];
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = RandomJson.Damage(originals[round % 2], random);
            try
            {
                Parse(new ReplyParser(round % 3 == 0 ? Everything : null), bytes, random.Next(bytes.Length + 1));
            }
            catch (KeysProtocolException)
            {
                refused++;
            }

            _ = KeysError.Read(bytes);
        }

        Assert.InRange(refused, Rounds / 4, Rounds);
    }

    [Fact]
    public void What_is_read_is_what_a_plain_JSON_reader_reads()
    {
        const int Rounds = 2_000;
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var key = "/" + RandomJson.Text(random).Replace("/", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal) + "k";
            var value = RandomJson.Text(random);
            var json = JsonSerializer.SerializeToUtf8Bytes(new { action = "get", node = new { key, value, modifiedIndex = random.NextInt64(), createdIndex = 1 } });
            var parser = Parse(new ReplyParser(Everything), json, random.Next(json.Length));
            Assert.Equal((key[1..], value), (Assert.Single(parser.Pairs).Key, parser.Pairs[0].Value));
        }
    }

    private static ReplyParser Parse(ReplyParser parser, byte[] bytes, int splitAt)
    {
        var consumed = parser.Read(bytes.AsSpan(0, splitAt), final: false);
        parser.Read(bytes.AsSpan(consumed), final: true);
        return parser;
    }
}
