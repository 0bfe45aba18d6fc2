namespace Valkeyrie.Tests.Etcd.Grpc;

/// <summary>gRPC messages arrive in any pieces into which HTTP/2 and the network divide them.</summary>
public class MessageFramingTests
{
    private static readonly byte[] Reply = GrpcMessage.Write(ScriptedReply.Range("k", "value"));

    public static TheoryData<int> Splits => [.. Enumerable.Range(0, Reply.Length + 1)];

    [Theory]
    [MemberData(nameof(Splits))]
    public async Task A_message_may_be_split_at_every_byte(int at)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(Reply.AsMemory(0, at));
            await request.SettleAsync();
            await request.SendDataAsync(Reply.AsMemory(at));
            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            foreach (var b in Reply)
            {
                await request.SendDataAsync(new[] { b });
                await request.SendDataAsync(default);
                await request.SettleAsync();
            }

            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task The_bytes_of_frames_may_come_one_by_one()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            byte[] all =
            [
                .. Http2Frame.Headers(request.StreamId, GrpcMessage.OkHeaders),
                .. Http2Frame.Data(request.StreamId, Reply),
                .. Http2Frame.Headers(request.StreamId, GrpcMessage.Trailers(0), endStream: true),
            ];
            foreach (var b in all)
            {
                await request.SendAsync(new[] { b });
                await Task.Yield();
            }
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task A_whole_answer_may_come_at_once()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync((byte[])
        [
            .. Http2Frame.Headers(request.StreamId, GrpcMessage.OkHeaders),
            .. Http2Frame.Data(request.StreamId, Reply),
            .. Http2Frame.Headers(request.StreamId, GrpcMessage.Trailers(0), endStream: true),
        ]));
        await AssertReadAsync(peer);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public async Task Data_may_be_padded(byte padding)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            byte[] padded = [padding, .. Reply, .. new byte[padding]];
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Data, Http2Frame.Padded, request.StreamId, padded));
            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task Headers_may_be_padded_and_carry_a_priority()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            const byte Padding = 7;
            byte[] padded = [Padding, 0, 0, 0, 0, 16, .. Http2Frame.HeaderBlock(GrpcMessage.OkHeaders), .. new byte[Padding]];
            const byte Flags = Http2Frame.EndHeaders | Http2Frame.Padded | Http2Frame.Priority;
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Headers, Flags, request.StreamId, padded));
            await request.SendDataAsync(Reply);
            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task Headers_may_go_on_in_further_frames()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await SendInPiecesAsync(request, GrpcMessage.OkHeaders, 0);
            await request.SendDataAsync(Reply);
            await SendInPiecesAsync(request, GrpcMessage.Trailers(0), Http2Frame.EndStream);
        });
        await AssertReadAsync(peer);

        static async Task SendInPiecesAsync(ScriptedRequest request, (string Name, string Value)[] headers, byte flags)
        {
            var block = Http2Frame.HeaderBlock(headers);
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Headers, flags, request.StreamId, block.AsSpan(0, 1)));
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Continuation, 0, request.StreamId, block.AsSpan(1..^1)));
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Continuation, Http2Frame.EndHeaders, request.StreamId, block.AsSpan(^1..)));
        }
    }

    [Fact]
    public async Task An_interim_answer_is_passed_over()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync((":status", "103"));
            await request.ReplyAsync(ScriptedReply.Range("k", "value"));
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task Unknown_frames_settings_and_headers_are_passed_over()
    {
        const byte UnknownType = 0xAB;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendAsync(Http2Frame.Write((Http2FrameType)UnknownType, 0xFF, request.StreamId, "anything"u8));
            await request.SendAsync(Http2Frame.Settings(((Http2Setting)0x7777, 1)));
            await request.SendAsync(Http2Frame.Write(Http2FrameType.Priority, 0, request.StreamId, [0, 0, 0, 0, 1]));
            await request.SendHeadersAsync([.. GrpcMessage.OkHeaders, ("x-unknown", new string('x', 300)), ("server", "")]);
            await request.SendDataAsync(Reply);
            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task The_content_type_may_name_the_message_format()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync((":status", "200"), ("content-type", "application/grpc+proto"));
            await request.SendDataAsync(Reply);
            await request.SendTrailersAsync(0);
        });
        await AssertReadAsync(peer);
    }

    [Fact]
    public async Task Answers_may_come_in_any_order()
    {
        const int Count = 20;
        var requests = new List<ScriptedRequest>();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            List<ScriptedRequest> all;
            lock (requests)
            {
                requests.Add(request);
                all = [.. requests];
            }

            if (all.Count == Count)
            {
                // All of them wait now. The last one is answered first, with the messages interleaved.
                all.Reverse();
                foreach (var one in all)
                {
                    await one.SendOkHeadersAsync();
                }

                foreach (var one in all)
                {
                    var key = Valkeyrie.Etcd.Protocol.RangeRequest.Parser.ParseFrom(one.Message).Key.ToStringUtf8();
                    await one.SendDataAsync(GrpcMessage.Write(ScriptedReply.Range(key, "of " + key)));
                }

                foreach (var one in all)
                {
                    await one.SendTrailersAsync(0);
                }
            }
        });
        await using var store = peer.Open();
        var values = await Task.WhenAll(Enumerable.Range(0, Count).Select(async i => (await store.GetAsync($"k{i}")).Value));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"of k{i}"), values);
        Assert.Equal(1, peer.Connections);
    }

    private static async Task AssertReadAsync(ScriptedHttp2Peer peer)
    {
        await using var store = peer.Open();
        var pair = await store.GetAsync("k");
        Assert.Equal(("k", "value", ScriptedReply.Revision), (pair.Key, pair.Value, pair.Revision));
        Assert.Equal(1, peer.Requests);
    }
}
