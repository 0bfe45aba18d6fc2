using System.Text;
using System.Text.Json;
using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>The parsers of replies: any bytes, divided anywhere, produce the reply or a typed refusal.</summary>
public sealed class ConsulReplyFuzzTests
{
    private const string Tree =
        """[{"LockIndex":0,"Key":"a\u0041/é🔑\n","Flags":3304740253564472344,"Value":"eCJcXOnwn5SRCg==","Session":"5e9c","CreateIndex":3,"ModifyIndex":12},{"Key":"b","Value":null,"Namespace":"x","CreateIndex":4,"ModifyIndex":4}]""";

    private const string Txn =
        """{"Results":[{"KV":{"LockIndex":1,"Key":"a","Flags":0,"Value":"","Session":"s","CreateIndex":3,"ModifyIndex":9}}],"Errors":[{"OpIndex":2,"What":"key \"l\" exists"}],"Index":0,"KnownLeader":true,"ConsistencyLevel":""}""";

    [Fact]
    public void A_tree_is_read_the_same_however_it_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Tree);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var parser = Parse(new EntryParser(), bytes, at);
            Assert.Equal([("aA/é🔑\n", "5e9c", 3L, 12L), ("b", "", 4L, 4L)], parser.Entries.Select(e => (e.Key!, e.Session, e.CreateIndex, e.ModifyIndex)));
            Assert.Equal((3304740253564472344UL, 10, 0), (parser.Entries[0].Flags, parser.Entries[0].Value.Length, parser.Entries[1].Value.Length));
            Assert.Empty(parser.Errors);
        }
    }

    [Fact]
    public void A_transaction_is_read_the_same_however_it_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Txn);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var parser = Parse(new EntryParser(), bytes, at);
            Assert.Equal(("a", 9L), (Assert.Single(parser.Entries).Key, parser.Entries[0].ModifyIndex));
            Assert.Equal(new ConsulTxnError(2, "key \"l\" exists"), Assert.Single(parser.Errors));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("\"Key\"")]
    [InlineData("[1]x")]
    [InlineData("[{\"Key\":5,\"ModifyIndex\":1}]")]
    [InlineData("[{\"Key\":\"a\"}]")]
    [InlineData("[{\"Key\":\"a\",\"ModifyIndex\":0}]")]
    [InlineData("[{\"Key\":\"a\",\"ModifyIndex\":-1}]")]
    [InlineData("[{\"Key\":\"a\",\"ModifyIndex\":1.5}]")]
    [InlineData("[{\"Key\":\"a\",\"Flags\":-1,\"ModifyIndex\":1}]")]
    [InlineData("[{\"Key\":\"a\",\"Value\":\"%\",\"ModifyIndex\":1}]")]
    [InlineData("[{\"Key\":\"a\",\"Value\":true,\"ModifyIndex\":1}]")]
    [InlineData("[{\"ModifyIndex\":1}]")]
    [InlineData("[{\"Key\":\"a\",\"ModifyIndex\":1}")]
    [InlineData("[] []")]
    [InlineData("{\"Results\":[{\"KV\":{\"Key\":\"a\",\"ModifyIndex\":1}}]")]
    public void Wrong_types_and_truncation_are_refused(string json) => Assert.Throws<ReplyException>(() => Parse(new EntryParser(), Encoding.UTF8.GetBytes(json), 0));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[[\"a\"]]")]
    [InlineData("[\"a\"")]
    [InlineData("[null]")]
    public void What_is_no_list_of_names_is_refused(string json) => Assert.Throws<ReplyException>(() => Parse(new NameParser(), Encoding.UTF8.GetBytes(json), 0));

    [Fact]
    public void Damaged_replies_give_a_reply_or_a_typed_refusal()
    {
        const int Rounds = 40_000;
        var random = new Random(20_261_128);
        byte[][] originals = [Encoding.UTF8.GetBytes(Tree), Encoding.UTF8.GetBytes(Txn), """["a/b","c\n"]"""u8.ToArray()];
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = RandomJson.Damage(originals[round % 3], random);
            IReplyParser parser = round % 3 == 2 ? new NameParser() : new EntryParser(values: round % 2 == 0);
            try
            {
                Parse(parser, bytes, random.Next(bytes.Length + 1));
            }
            catch (ReplyException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Rounds / 4, Rounds);
    }

    [Fact]
    public void Transactions_are_written_so_that_a_JSON_reader_reads_what_was_meant()
    {
        var random = new Random(7);
        for (var round = 0; round < 1_000; round++)
        {
            var key = RandomJson.Text(random, atLeast: 1);
            var value = new byte[random.Next(40)];
            random.NextBytes(value);
            using var document = JsonDocument.Parse(new TxnBody().Acquire(key, value, "s\"\n", ulong.MaxValue).RequireRevision(key, 7).ToMemory());
            var first = document.RootElement[0].GetProperty("KV");
            Assert.Equal(("lock", key, "s\"\n", ulong.MaxValue), (first.GetProperty("Verb").GetString(), first.GetProperty("Key").GetString(), first.GetProperty("Session").GetString(), first.GetProperty("Flags").GetUInt64()));
            Assert.Equal(value, first.TryGetProperty("Value", out var written) ? written.GetBytesFromBase64() : []);
            Assert.Equal(("check-index", 7), (document.RootElement[1].GetProperty("KV").GetProperty("Verb").GetString(), document.RootElement[1].GetProperty("KV").GetProperty("Index").GetInt32()));
        }
    }

    private static T Parse<T>(T parser, byte[] bytes, int splitAt)
        where T : IReplyParser
    {
        var consumed = parser.Read(bytes.AsSpan(0, splitAt), final: false);
        parser.Read(bytes.AsSpan(consumed), final: true);
        return parser;
    }
}
