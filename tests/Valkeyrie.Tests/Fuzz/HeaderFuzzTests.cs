using System.Text;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Header blocks and their readers.</summary>
public sealed class HeaderFuzzTests
{
    private const int Cases = 350_000;

    private static readonly FailedCall Call = new("etcd's protocol", "http://127.0.0.1:2379", "k", ReadOnly: false);

    private static readonly byte[][] Blocks =
    [
        Http2Frame.HeaderBlock(GrpcMessage.OkHeaders),
        Http2Frame.HeaderBlock(GrpcMessage.Trailers(5, "etcdserver: requested lease not found %41%zz%")),
        Http2Frame.HeaderBlock([("grpc-status", new string('7', 200)), (new string('n', 150), "")]),

        // The examples of RFC 7541, appendix C: with and without Huffman code, with additions to the table and references to it.
        Convert.FromHexString("828684418cf1e3c2e5f23a6ba0ab90f4ff"),
        Convert.FromHexString("400a637573746f6d2d6b65790d637573746f6d2d686561646572"),
        Convert.FromHexString("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3"),
        Convert.FromHexString("4883640effc1c0bf"),
        Convert.FromHexString("3fe11f203fe11f88"),
    ];

    [Fact]
    public async Task Any_header_block_is_decoded_or_refused()
    {
        var decoded = await FuzzCases.RunAsync(
            Cases,
            random =>
            {
                var blocks = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Mutation.OfAny(Blocks, random)).ToArray();
                return new FuzzCase(blocks.Sum(b => b.Length), () =>
                {
                    var decoder = new HeaderDecoder();
                    foreach (var block in blocks)
                    {
                        var fields = new HeaderList();
                        decoder.Decode(block, fields);
                        var headers = default(GrpcHeaders);
                        headers.ReadHeaders(fields);
                        headers.ReadTrailers(fields);
                        _ = headers.Status;
                    }
                });
            },
            e => e is Http2ProtocolException);
        Assert.InRange(decoded, Cases / 50, Cases - (Cases / 50));
    }

    [Fact]
    public async Task Any_refusal_of_the_server_is_a_typed_error()
    {
        string[] texts = ["etcdserver: mvcc: required revision has been compacted", "%E4%BD%A0", "etcdserver: request timed out", "grpc: received message larger than max"];
        var typed = await FuzzCases.RunAsync(
            Cases / 10,
            random =>
            {
                var text = Encoding.Latin1.GetString(Mutation.Of(Encoding.Latin1.GetBytes(texts[random.Next(texts.Length)]), random));
                var code = $"{random.Next(-3, 20)}";
                return new FuzzCase(text.Length, () => Assert.NotNull(EtcdErrors.Of(GrpcStatus.From(code, text)!.Value, Call).Error));
            },
            _ => false);
        Assert.Equal(Cases / 10, typed);
    }
}
