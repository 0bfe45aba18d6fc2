using System.Text;
using Valkeyrie.Etcd.V2;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Replies of etcd's keys API, in any pieces.</summary>
public sealed class JsonFuzzTests
{
    private const int Cases = 150_000;

    private static readonly KeyTree Everything = new KeyPaths("").TreeOf(KvRange.All);

    private static readonly byte[][] Replies = [.. new[]
    {
        """{"action":"set","node":{"key":"/a/b","value":"x\u00e9\n","ttl":9,"modifiedIndex":12,"createdIndex":3},"prevNode":{"key":"/a/b","value":"","modifiedIndex":3,"createdIndex":3}}""",
        """{"action":"get","node":{"dir":true,"nodes":[{"key":"/t","dir":true,"nodes":[{"key":"/t/x","value":"1","modifiedIndex":4,"createdIndex":4}],"modifiedIndex":4,"createdIndex":4}]}}""",
        """{"errorCode":101,"message":"Compare failed","cause":"[5 != 7]","index":9}""",
        """{"errorCode":401,"message":"The event in requested index is outdated and cleared","cause":"the requested history has been cleared [1005/6]","index":2004}""",
    }.Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public async Task Any_reply_is_read_or_refused()
    {
        var read = await FuzzCases.RunAsync(
            Cases,
            random =>
            {
                var bytes = Mutation.OfAny(Replies, random);
                if (random.Next(3) == 0)
                {
                    return new FuzzCase(bytes.Length, () => _ = KeysError.Read(bytes)?.ComparedIndex);
                }

                var tree = random.Next(2) == 0 ? Everything : null;
                var split = random.Next(bytes.Length + 1);
                return new FuzzCase(bytes.Length, () =>
                {
                    var parser = new ReplyParser(tree);
                    var consumed = parser.Read(bytes.AsSpan(0, split), final: false);
                    parser.Read(bytes.AsSpan(consumed), final: true);
                });
            },
            e => e is KeysProtocolException);
        Assert.InRange(read, Cases / 50, Cases - (Cases / 50));
    }
}
