using Valkeyrie.Tests.Conformance;

namespace Valkeyrie.Tests.Etcd.Grpc;

/// <summary>Answers that are not valid gRPC: each is a typed error within the timeout, and the store continues afterwards.</summary>
public class BrokenAnswerTests
{
    private static readonly byte[] Put = ScriptedReply.Put();

    public static TheoryData<string> Malformations => [.. Malformed.Keys];

    private static Dictionary<string, byte[]> Malformed { get; } = new()
    {
        ["a tag of field 0"] = [0x00, 0x01],
        ["a varint without end"] = [0x08, .. Enumerable.Repeat((byte)0xFF, 20)],
        ["a varint cut short"] = [0x08, 0x80],
        ["a length beyond the message"] = [0x12, 0x7F, 0x01],
        ["a length of 2^63"] = [0x12, .. Enumerable.Repeat((byte)0xFF, 9), 0x01],
        ["the end of a group that never began"] = [0x0C],
        ["a header that is no message"] = [0x0A, 0x02, 0xFF, 0xFF],
        ["a header that is a number"] = [0x08, 0x05],
        ["a fixed number cut short"] = [0x79, 0x01],
    };

    [Theory]
    [MemberData(nameof(Malformations))]
    public async Task A_malformed_message_is_a_protocol_error(string what)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(Malformed[what]));
        await AssertProtocolErrorAsync(peer);
    }

    [Theory]
    [MemberData(nameof(EveryCall.OnPaths), MemberType = typeof(EveryCall))]
    public async Task A_malformed_message_is_a_typed_error_of_every_call(string call)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(Malformed["a length beyond the message"]));
        await using var store = peer.Open();
        await Assert.ThrowsAnyAsync<KvException>(() => EveryCall.MakeAsync(call, store, "k"));
    }

    [Fact]
    public async Task An_oversized_message_is_a_typed_error_and_the_server_is_told_to_stop()
    {
        var told = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Prefix(uint.MaxValue));
            await request.WhenReset;
            told.TrySetResult();
        });
        await StatusTests.AssertErrorAsync(peer, KvErrorCode.QuotaExceeded);
        await told.Task.WaitAsync(Patience.Limit);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(10)]
    public async Task A_message_cut_short_is_a_protocol_error(int length)
    {
        var message = GrpcMessage.Write(Put);
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(message.AsMemory(0, length));
            await request.SendTrailersAsync(0);
        });
        await AssertProtocolErrorAsync(peer);
    }

    [Fact]
    public async Task A_second_message_is_a_protocol_error()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync((byte[])[.. GrpcMessage.Write(Put), .. GrpcMessage.Write(Put)]);
            await request.SendTrailersAsync(0);
        });
        await AssertProtocolErrorAsync(peer);
    }

    [Fact]
    public async Task A_compressed_message_is_a_protocol_error()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(Put, compressed: true));
            await request.SendTrailersAsync(0);
        });
        var error = await AssertProtocolErrorAsync(peer);
        Assert.Contains("compressed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_a_status_is_a_protocol_error()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendAsync(Http2Frame.Data(request.StreamId, GrpcMessage.Write(Put), endStream: true));
        });
        await AssertProtocolErrorAsync(peer);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    [InlineData("")]
    public async Task Another_content_type_is_a_protocol_error(string contentType)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync((":status", "200"), ("content-type", contentType));
            await request.SendAsync(Http2Frame.Data(request.StreamId, "<html>"u8, endStream: true));
        });
        await AssertProtocolErrorAsync(peer);
    }

    [Theory]
    [InlineData("301")]
    [InlineData("404")]
    [InlineData("500")]
    [InlineData("503")]
    public async Task Another_HTTP_status_is_unreachable_and_named(string status)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync((":status", status), ("content-type", "text/plain"));
            await request.SendAsync(Http2Frame.Data(request.StreamId, "no"u8, endStream: true));
        });
        var error = await StatusTests.AssertErrorAsync(peer, KvErrorCode.Unreachable);
        Assert.Contains(status, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_broken_answer_the_next_call_fares_well()
    {
        var first = true;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (first)
            {
                first = false;
                await request.ReplyAsync(Malformed["a varint cut short"]);
                return;
            }

            await request.ReplyAsync(Put);
        });
        await using var store = peer.Open();
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
    }

    [Fact]
    public async Task A_malformed_change_ends_a_watch_with_a_typed_error()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.Range());
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated()));
            await request.SendDataAsync(GrpcMessage.Write([0x5A, 0x02, 0xFF, 0xFF]));
        });
        await using var store = peer.Open();
        await using var watching = RunningWatch.Key(store, "k", new KvWatchOptions { FromRevision = 1 });
        Assert.IsAssignableFrom<KvException>(await watching.EndAsync());
    }

    [Fact]
    public async Task A_malformed_renewal_is_a_typed_error()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write([0x0A, 0x02, 0xFF, 0xFF]));
        });
        await using var store = peer.Open();
        await Assert.ThrowsAnyAsync<KvException>(async () => await store.GetCapability<IKvLeases>().RenewLeaseAsync(1));
    }

    private static async Task<KvUnreachableException> AssertProtocolErrorAsync(ScriptedHttp2Peer peer)
    {
        var error = Assert.IsType<KvUnreachableException>(await StatusTests.AssertErrorAsync(peer, KvErrorCode.Unreachable));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        return error;
    }
}
