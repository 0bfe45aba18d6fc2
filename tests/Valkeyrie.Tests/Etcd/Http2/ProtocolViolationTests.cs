namespace Valkeyrie.Tests.Etcd.Http2;

/// <summary>A server that violates HTTP/2: the call ends immediately with a typed error, and the next call connects again.</summary>
public class ProtocolViolationTests
{
    public static TheoryData<string> Names => [.. Violations.Keys];

    private static Dictionary<string, Func<int, byte[]>> Violations { get; } = new()
    {
        ["data for no call"] = _ => Http2Frame.Data(0, "x"u8),
        ["data for a call not made"] = id => Http2Frame.Data(id + 2, "x"u8),
        ["headers for no call"] = _ => Http2Frame.Headers(0, GrpcMessage.OkHeaders),
        ["headers for a call not made"] = id => Http2Frame.Headers(id + 100, GrpcMessage.OkHeaders),
        ["a frame too long"] = id => Http2Frame.Data(id, new byte[Http2Frame.MaxPayload + 1]),
        ["settings of the wrong length"] = _ => Http2Frame.Write(Http2FrameType.Settings, 0, 0, [0, 1, 2]),
        ["a window out of bounds"] = _ => Http2Frame.Settings((Http2Setting.InitialWindowSize, uint.MaxValue)),
        ["a ping of the wrong length"] = _ => Http2Frame.Ping([1, 2, 3], ack: false),
        ["settings about a call"] = id => Http2Frame.Write(Http2FrameType.Settings, 0, id, []),
        ["settings acknowledged with more to say"] = _ => Http2Frame.Write(Http2FrameType.Settings, Http2Frame.Ack, 0, new byte[6]),
        ["a ping about a call"] = id => Http2Frame.Write(Http2FrameType.Ping, 0, id, new byte[8]),
        ["a goodbye about a call"] = id => Http2Frame.Write(Http2FrameType.GoAway, 0, id, new byte[8]),
        ["a window opened by nothing"] = _ => Http2Frame.WindowUpdate(0, 0),
        ["a window opened too far"] = _ => Http2Frame.WindowUpdate(0, int.MaxValue),
        ["a window of a call not made"] = id => Http2Frame.WindowUpdate(id + 2, 1),
        ["windows opened too far by the settings"] = id =>
            [.. Http2Frame.WindowUpdate(id, int.MaxValue - 100_000), .. Http2Frame.Settings((Http2Setting.InitialWindowSize, 1_000_000))],
        ["a window update of the wrong length"] = id => Http2Frame.Write(Http2FrameType.WindowUpdate, 0, id, [1]),
        ["a reset of the wrong length"] = id => Http2Frame.Write(Http2FrameType.RstStream, 0, id, [1]),
        ["a reset of a call not made"] = id => Http2Frame.RstStream(id + 2, 0),
        ["a goodbye of the wrong length"] = _ => Http2Frame.Write(Http2FrameType.GoAway, 0, 0, [1, 2]),
        ["a promise"] = id => Http2Frame.Write(Http2FrameType.PushPromise, Http2Frame.EndHeaders, id, [0, 0, 0, 2, 0x88]),
        ["a continuation of nothing"] = id => Http2Frame.Write(Http2FrameType.Continuation, Http2Frame.EndHeaders, id, [0x88]),
        ["a header block broken into"] = id => [.. Http2Frame.Write(Http2FrameType.Headers, 0, id, [0x88]), .. Http2Frame.Ping(new byte[8], ack: false)],
        ["a header block without end"] = id =>
        [
            .. Http2Frame.Write(Http2FrameType.Headers, 0, id, [0x88]),
            .. Enumerable.Repeat(Http2Frame.Write(Http2FrameType.Continuation, 0, id, new byte[Http2Frame.MaxPayload]), 100).SelectMany(f => f),
        ],
        ["padding longer than its data"] = id => Http2Frame.Write(Http2FrameType.Data, Http2Frame.Padded, id, [5, 1]),
        ["padding longer than its last data"] = id => Http2Frame.Write(Http2FrameType.Data, Http2Frame.Padded | Http2Frame.EndStream, id, [5, 1]),
        ["padded data of nothing"] = id => Http2Frame.Write(Http2FrameType.Data, Http2Frame.Padded, id, []),
        ["padded headers of nothing"] = id => Http2Frame.Write(Http2FrameType.Headers, Http2Frame.Padded | Http2Frame.EndHeaders, id, []),
        ["padding longer than its headers"] = id => Http2Frame.Write(Http2FrameType.Headers, Http2Frame.Padded | Http2Frame.EndHeaders, id, [200, 0x88]),
        ["a priority cut short"] = id => Http2Frame.Write(Http2FrameType.Headers, Http2Frame.Priority | Http2Frame.EndHeaders, id, [0, 0]),
        ["header number 0"] = id => Http2Frame.Headers(id, [0x80]),
        ["a header number beyond the table"] = id => Http2Frame.Headers(id, [0xFF, 0x80, 0x7F]),
        ["a header number without end"] = id => Http2Frame.Headers(id, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ["a header cut short"] = id => Http2Frame.Headers(id, [0x10, 0x20, 0x61]),
        ["a header of invalid Huffman code"] = id => Http2Frame.Headers(id, [0x10, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x61]),
        ["headers that are long once decoded"] = id =>
            Http2Frame.Headers(id, [0x40, 1, (byte)'n', 0x7F, 0xE9, 0x06, .. new byte[1000], .. Enumerable.Repeat((byte)(0x80 | 62), 100)]),
        ["a header table too large"] = id => Http2Frame.Headers(id, [0x3F, 0xE2, 0x1F, 0x88]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_violation_is_a_typed_error_and_the_next_call_connects_anew(string violation)
    {
        await using var peer = new ScriptedHttp2Peer(request =>
            request.Connection.IsFirst ? request.SendAsync(Violations[violation](request.StreamId)) : request.ReplyAsync(ScriptedReply.Put()));
        await using var store = peer.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
        Assert.Equal(2, peer.Connections);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public async Task A_violation_about_one_calls_window_ends_that_call_alone(int increment)
    {
        ScriptedRequest? first = null;
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            if (!request.IsFirst)
            {
                return request.ReplyAsync(ScriptedReply.Put());
            }

            first = request;
            return request.SendAsync(Http2Frame.WindowUpdate(request.StreamId, increment));
        });
        await using var store = peer.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        await first!.WhenReset.WaitAsync(Patience.Limit);
        Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
        Assert.Equal(1, peer.Connections);
    }

    [Theory]
    [InlineData("a window opened by nothing", 1u)]
    [InlineData("a window opened too far", 3u)]
    [InlineData("a ping of the wrong length", 6u)]
    [InlineData("header number 0", 9u)]
    public async Task The_server_is_told_what_it_did_wrong(string violation, uint code)
    {
        var violated = new TaskCompletionSource<ScriptedConnection>();
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            violated.TrySetResult(request.Connection);
            return request.SendAsync(Violations[violation](request.StreamId));
        });
        await using var store = peer.Open();
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(code, await (await violated.Task).Goodbye.WaitAsync(Patience.Limit));
    }
}
