using System.Text;
using Google.Protobuf;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Engine;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.Calls;

/// <summary>Calls of any method, over the connections of a store.</summary>
public class EtcdCallsTests
{
    private const string Method = "/some.Service/Method";
    private const string Authenticate = "/etcdserverpb.Auth/Authenticate";

    [Fact]
    public async Task A_call_carries_its_method_message_and_metadata_and_brings_back_those_of_the_reply()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            Assert.Equal(Method, request.Fields[":path"]);
            Assert.Equal("a value", request.Fields["some-name"]);
            Assert.Equal("ask", Text(await request.ReadAsync()));
            Assert.Null(await request.ReadAsync());
            await request.SendHeadersAsync([.. GrpcMessage.OkHeaders, ("first", "1")]);
            await request.SendDataAsync(GrpcMessage.Write("answer"u8));
            await SendTrailersAsync(request, 0, ("last", "2"));
        });
        await using var channel = Open(peer);
        var reply = await new EtcdCalls(channel).CallAsync(Method, Bytes("ask"), new EtcdCallOptions { Metadata = [new("some-name", "a value")] });
        Assert.Equal("answer", Text(reply.Message));
        Assert.Equal($"http://127.0.0.1:{peer.Port}", reply.Endpoint);
        Assert.Equal([new("first", "1")], reply.Headers);
        Assert.Equal([new("last", "2")], reply.Trailers);
    }

    [Fact]
    public async Task Requests_and_replies_take_turns_until_both_sides_have_ended_theirs()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            while (await request.ReadAsync() is { } message)
            {
                await request.SendDataAsync(GrpcMessage.Write([.. "re: "u8, .. message]));
            }

            await request.SendDataAsync(GrpcMessage.Write("bye"u8));
            await SendTrailersAsync(request, 0, ("count", "3"));
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        for (var i = 0; i < 3; i++)
        {
            await call.WriteAsync(Bytes($"{i}"));
            Assert.Equal($"re: {i}", Text(await call.ReadAsync()));
        }

        await call.CompleteAsync();
        Assert.Equal("bye", Text(await call.ReadAsync()));
        Assert.Null(await call.ReadAsync());
        Assert.Null(await call.ReadAsync());
        Assert.Equal([new("count", "3")], call.Trailers);
    }

    [Fact]
    public async Task Requests_may_all_go_before_the_one_reply()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.WhenEnded;
            var count = 0;
            while (await request.ReadAsync() is not null)
            {
                count++;
            }

            await request.ReplyAsync(Bytes($"{count}"));
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        for (var i = 0; i < 100; i++)
        {
            await call.WriteAsync(Bytes($"{i}"));
        }

        await call.CompleteAsync();
        Assert.Equal("100", Text(await call.ReadAsync()));
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task A_request_may_end_without_a_message()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            Assert.Null(await request.ReadAsync());
            await request.ReplyAsync("none"u8.ToArray());
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        await call.CompleteAsync();
        Assert.Equal("none", Text(await call.ReadAsync()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    public async Task A_stream_of_replies_ends_where_the_server_ends_it(int count)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            Assert.Equal("ask", Text(await request.ReadAsync()));
            await request.SendOkHeadersAsync();
            for (var i = 0; i < count; i++)
            {
                await request.SendDataAsync(GrpcMessage.Write(Encoding.UTF8.GetBytes($"{i}")));
            }

            await request.SendTrailersAsync(0);
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method, Bytes("ask"));
        for (var i = 0; i < count; i++)
        {
            Assert.Equal($"{i}", Text(await call.ReadAsync()));
        }

        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task A_refusal_has_the_servers_status_text_and_metadata_and_the_stores_error()
    {
        await using var peer = new ScriptedHttp2Peer(request => SendRefusalAsync(request, 9, "etcdserver: unhealthy cluster", ("why", "so")));
        await using var channel = Open(peer);
        var calls = new EtcdCalls(channel);
        var unary = await Assert.ThrowsAsync<EtcdCallException>(async () => await calls.CallAsync(Method, Bytes("ask")));
        var opened = await Assert.ThrowsAsync<EtcdCallException>(async () => await calls.OpenAsync(Method, Bytes("ask")));
        await using var open = await calls.OpenAsync(Method);
        await open.WriteAsync(Bytes("ask"));
        var read = await Assert.ThrowsAsync<EtcdCallException>(async () => await open.ReadAsync());
        foreach (var error in new[] { unary, opened, read })
        {
            Assert.Equal((9, "etcdserver: unhealthy cluster"), (error.StatusCode, error.Detail));
            Assert.Equal([new("why", "so")], error.Trailers);
            Assert.Equal(KvErrorCode.InvalidArgument, error.Error.Code);
            Assert.Same(error.Error, error.InnerException);
        }
    }

    [Fact]
    public async Task A_change_of_members_that_has_to_wait_is_asked_for_again()
    {
        var asked = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                await SendRefusalAsync(request, 14, "etcdserver: unhealthy cluster");
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write("done"u8));
            await request.SendTrailersAsync(0, "");
        });
        await using var channel = Open(peer);
        Assert.Equal("done", Text((await new EtcdCalls(channel).CallAsync(Method, Bytes("ask"))).Message));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_refusal_behind_replies_comes_after_them()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write("one"u8));
            await request.SendTrailersAsync(14, "etcdserver: no leader");
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method, Bytes("ask"));
        Assert.Equal("one", Text(await call.ReadAsync()));
        var error = await Assert.ThrowsAsync<EtcdCallException>(async () => await call.ReadAsync());
        Assert.Equal((14, "etcdserver: no leader"), (error.StatusCode, error.Detail));
        Assert.Equal(KvErrorCode.Unreachable, error.Error.Code);
    }

    [Fact]
    public async Task A_broken_connection_is_unavailable()
    {
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            request.CloseConnection();
            return Task.CompletedTask;
        });
        await using var channel = Open(peer);
        var error = await Assert.ThrowsAsync<EtcdCallException>(async () => await new EtcdCalls(channel).CallAsync(Method, Bytes("ask")));
        Assert.Equal(14, error.StatusCode);
        Assert.False(error.Error.NotSent);
        Assert.Equal(1, peer.Requests);
    }

    [Fact]
    public async Task A_call_that_can_be_made_twice_is_made_again_when_its_connection_breaks()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                request.CloseConnection();
                return;
            }

            await request.ReplyAsync("answer"u8.ToArray());
        });
        await using var channel = Open(peer);
        var reply = await new EtcdCalls(channel).CallAsync(Method, Bytes("ask"), new EtcdCallOptions { IsRepeatable = true });
        Assert.Equal("answer", Text(reply.Message));
        Assert.Equal(2, peer.Requests);
    }

    [Fact]
    public async Task A_call_has_a_time_of_its_own_of_which_the_server_is_told()
    {
        string? told = null;
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            told = request.Fields["grpc-timeout"];
            return request.WhenReset;
        });
        await using var channel = Open(peer);
        var options = new EtcdCallOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        var error = await Assert.ThrowsAsync<EtcdCallException>(async () => await new EtcdCalls(channel).CallAsync(Method, Bytes("ask"), options));
        Assert.Equal(4, error.StatusCode);
        Assert.Contains("0.3 s", error.Error.Message, StringComparison.Ordinal);
        Assert.Equal("300m", told);
    }

    [Fact]
    public async Task A_stream_with_a_time_of_its_own_ends_with_it()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write("one"u8));
            await request.WhenReset;
        });
        await using var channel = Open(peer);
        var options = new EtcdCallOptions { Timeout = TimeSpan.FromMilliseconds(500) };
        await using var call = await new EtcdCalls(channel).OpenAsync(Method, options);
        await call.WriteAsync(Bytes("ask"));
        Assert.Equal("one", Text(await call.ReadAsync()));
        var error = await Assert.ThrowsAsync<EtcdCallException>(async () => await call.ReadAsync());
        Assert.Equal(4, error.StatusCode);
    }

    [Fact]
    public async Task A_stream_without_a_time_of_its_own_outlives_the_stores_timeout()
    {
        var timeout = TimeSpan.FromMilliseconds(400);
        var goOn = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write("one"u8));
            await goOn.Task;
            await request.SendDataAsync(GrpcMessage.Write("two"u8));
            await request.SendTrailersAsync(0);
        });
        await using var channel = Open(peer, new KvStoreOptions { Timeout = timeout });
        await using var call = await new EtcdCalls(channel).OpenAsync(Method, Bytes("ask"));
        Assert.Equal("one", Text(await call.ReadAsync()));
        var second = call.ReadAsync().AsTask();
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(2 * timeout)));
        goOn.SetResult();
        Assert.Equal("two", Text(await second));
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task A_call_goes_to_the_endpoint_that_it_names()
    {
        await using var first = new ScriptedHttp2Peer(request => request.ReplyAsync("first"u8.ToArray()));
        await using var second = new ScriptedHttp2Peer(request => request.ReplyAsync("second"u8.ToArray()));
        await using var channel = new EtcdChannel([UrlOf(first), UrlOf(second)], new KvStoreOptions(), "etcd://both");
        var calls = new EtcdCalls(channel);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("second", Text((await calls.CallAsync(Method, Bytes("ask"), new EtcdCallOptions { Endpoint = calls.Endpoints[1] })).Message));
        }

        Assert.Equal(0, first.Requests);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () =>
            await calls.CallAsync(Method, Bytes("ask"), new EtcdCallOptions { Endpoint = "http://elsewhere:2379" }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_signed_in_and_a_token_that_is_refused_is_renewed(bool stream)
    {
        var tokens = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.Fields[":path"] == Authenticate)
            {
                await request.ReplyAsync(new AuthenticateResponse { Token = $"token {++tokens}" }.ToByteArray());
                return;
            }

            if (request.Fields["authorization"] == "token 1")
            {
                await SendRefusalAsync(request, 16, "etcdserver: invalid auth token");
                return;
            }

            await request.ReplyAsync("answer"u8.ToArray());
        });
        await using var channel = Open(peer, new KvStoreOptions { Credential = new KvCredential("root", "secret") });
        var calls = new EtcdCalls(channel);
        if (stream)
        {
            await using var call = await calls.OpenAsync(Method, Bytes("ask"));
            Assert.Equal("answer", Text(await call.ReadAsync()));
        }
        else
        {
            Assert.Equal("answer", Text((await calls.CallAsync(Method, Bytes("ask"))).Message));
        }

        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task A_stream_whose_token_is_refused_has_the_next_call_sign_in_anew()
    {
        var tokens = 0;
        await using var peer = new ScriptedHttp2Peer(request => request.Fields[":path"] == Authenticate
            ? request.ReplyAsync(new AuthenticateResponse { Token = $"token {++tokens}" }.ToByteArray())
            : request.Fields["authorization"] == "token 1" ? SendRefusalAsync(request, 16, "etcdserver: invalid auth token")
            : request.ReplyAsync("answer"u8.ToArray()));
        await using var channel = Open(peer, new KvStoreOptions { Credential = new KvCredential("root", "secret") });
        var calls = new EtcdCalls(channel);
        await using (var refused = await calls.OpenAsync(Method))
        {
            await refused.WriteAsync(Bytes("ask"));
            Assert.Equal(16, (await Assert.ThrowsAsync<EtcdCallException>(async () => await refused.ReadAsync())).StatusCode);
        }

        await using var call = await calls.OpenAsync(Method);
        await call.WriteAsync(Bytes("ask"));
        Assert.Equal("answer", Text(await call.ReadAsync()));
    }

    [Fact]
    public async Task A_write_waits_for_the_servers_window_and_arrives_unchanged()
    {
        const int Window = 65_535;
        ScriptedConnection? connection = null;
        var arrived = new TaskCompletionSource<byte[]?>();
        var answer = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            arrived.SetResult(await request.ReadAsync());
            await answer.Task;
            await request.ReplyAsync("answer"u8.ToArray());
        });
        peer.Connected += c => connection = c;
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        var message = new byte[Window + 1_000];
        new Random(4).NextBytes(message);
        var write = call.WriteAsync(message).AsTask();
        await Patience.UntilAsync(() => connection!.Received >= Window, "a full window");
        await connection!.SettleAsync();
        Assert.False(write.IsCompleted);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call.WriteAsync(Bytes("meanwhile")));
        await Assert.ThrowsAsync<InvalidOperationException>(call.CompleteAsync);

        await connection.WriteAsync(Http2Frame.WindowUpdate(0, Window));
        await connection.WriteAsync(Http2Frame.WindowUpdate(1, Window));
        await write.WaitAsync(Patience.Limit);
        Assert.Equal(message, await arrived.Task.WaitAsync(Patience.Limit));
        await call.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call.WriteAsync(Bytes("too late")));
        answer.SetResult();
        Assert.Equal("answer", Text(await call.ReadAsync()));
    }

    [Fact]
    public async Task A_write_that_waits_for_a_window_ends_when_the_call_does()
    {
        await using var peer = new ScriptedHttp2Peer(
            _ => Task.CompletedTask, ScriptedGreeting.With((Http2Setting.InitialWindowSize, 0)));
        ScriptedConnection? connection = null;
        peer.Connected += c => connection = c;
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        var write = call.WriteAsync(Bytes("ask")).AsTask();
        await Patience.UntilAsync(() => connection?.Opened > 0, "the request's headers");
        await connection!.SettleAsync();
        Assert.False(write.IsCompleted);
        await connection.WriteAsync(Http2Frame.Headers(1, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(8, "no room")], endStream: true));
        await write.WaitAsync(Patience.Limit);
        Assert.Equal(8, (await Assert.ThrowsAsync<EtcdCallException>(async () => await call.ReadAsync())).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_ends_at_the_server_too_when_its_caller_cancels_or_disposes_it(bool dispose)
    {
        var reset = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write("one"u8));
            await request.WhenReset;
            reset.SetResult();
        });
        await using var channel = Open(peer);
        using var cancel = new CancellationTokenSource();
        await using var call = await new EtcdCalls(channel).OpenAsync(Method, Bytes("ask"), null, cancel.Token);
        Assert.Equal("one", Text(await call.ReadAsync()));
        var read = call.ReadAsync().AsTask();
        if (dispose)
        {
            await call.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Patience.Limit));
        }
        else
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience.Limit));
        }

        await reset.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Metadata_before_the_first_reply_can_be_awaited_alone()
    {
        var goOn = new TaskCompletionSource();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendHeadersAsync([.. GrpcMessage.OkHeaders, ("first", "1"), ("grpc-encoding", "identity")]);
            await goOn.Task;
            await request.SendTrailersAsync(0);
        });
        await using var channel = Open(peer);
        await using var call = await new EtcdCalls(channel).OpenAsync(Method);
        await call.WriteAsync(Bytes("ask"));
        Assert.Equal([new("first", "1")], await call.Headers.WaitAsync(Patience.Limit));
        goOn.SetResult();
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task Any_number_of_methods_and_metadata_fit_on_one_connection()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(Encoding.UTF8.GetBytes($"{request.Fields[":path"]} {request.Fields["some-name"]}")));
        await using var channel = Open(peer);
        var calls = new EtcdCalls(channel);

        // Far more than a header table holds, and each of them twice.
        for (var i = 0; i < 400; i++)
        {
            var method = $"/some.{new string('s', 100)}{i % 200}/Method";
            var reply = await calls.CallAsync(method, Bytes("ask"), new EtcdCallOptions { Metadata = [new("some-name", $"v{i}")] });
            Assert.Equal($"{method} v{i}", Text(reply.Message));
        }

        Assert.Equal(1, peer.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Service/Method")]
    [InlineData("/Service")]
    [InlineData("//Method")]
    [InlineData("/Service/Method/more")]
    [InlineData("/Service/Method\r\nx: y")]
    public async Task What_is_no_method_is_refused_before_anything_is_sent(string method)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync("answer"u8.ToArray()));
        await using var channel = Open(peer);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await new EtcdCalls(channel).CallAsync(method, Bytes("ask")));
        Assert.Equal(0, peer.Connections);
    }

    [Theory]
    [InlineData("Name", "v")]
    [InlineData("", "v")]
    [InlineData("a name", "v")]
    [InlineData(":path", "v")]
    [InlineData("grpc-timeout", "v")]
    [InlineData("authorization", "v")]
    [InlineData("name", "a\nb")]
    [InlineData("name", "\u00e9")]
    public async Task What_is_no_metadata_is_refused_before_anything_is_sent(string name, string value)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync("answer"u8.ToArray()));
        await using var channel = Open(peer);
        var options = new EtcdCallOptions { Metadata = [new(name, value)] };
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await new EtcdCalls(channel).CallAsync(Method, Bytes("ask"), options));
        Assert.Equal(0, peer.Connections);
    }

    [Fact]
    public async Task Calls_of_a_closed_store_say_that_it_is_closed()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.WhenReset);
        await using var channel = Open(peer);
        var calls = new EtcdCalls(channel);
        var waiting = calls.CallAsync(Method, Bytes("ask")).AsTask();
        await Patience.UntilAsync(() => peer.Requests == 1, "the request");
        await channel.DisposeAsync();
        var error = await Assert.ThrowsAsync<EtcdCallException>(() => waiting.WaitAsync(Patience.Limit));
        Assert.IsType<KvStoreClosedException>(error.Error);
        Assert.IsType<KvStoreClosedException>((await Assert.ThrowsAsync<EtcdCallException>(async () => await calls.CallAsync(Method, Bytes("ask")))).Error);
    }

    [Fact]
    public async Task An_open_store_of_etcd_gives_its_calls_as_a_capability_and_others_do_not()
    {
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(ScriptedReply.Put()));
        await using var store = peer.Open();
        await store.PutAsync("k", "v");
        var calls = store.GetCapability<IEtcdCalls>();
        Assert.Equal([$"http://127.0.0.1:{peer.Port}"], calls.Endpoints);
        await calls.CallAsync(Method, Bytes("ask"));
        Assert.Equal(1, peer.Connections);

        await using var other = KvStore.Open($"etcdv2://127.0.0.1:{peer.Port}");
        Assert.Throws<KvNotSupportedException>(other.GetCapability<IEtcdCalls>);
    }

    private static EtcdChannel Open(ScriptedHttp2Peer peer, KvStoreOptions? options = null) =>
        new([UrlOf(peer)], options ?? new KvStoreOptions(), peer.Address);

    private static Uri UrlOf(ScriptedHttp2Peer peer) => new($"http://127.0.0.1:{peer.Port}");

    private static Task SendTrailersAsync(ScriptedRequest request, int status, params (string Name, string Value)[] more) =>
        request.SendAsync(Http2Frame.Headers(request.StreamId, [.. GrpcMessage.Trailers(status), .. more], endStream: true));

    private static Task SendRefusalAsync(ScriptedRequest request, int status, string text, params (string Name, string Value)[] more) =>
        request.SendAsync(Http2Frame.Headers(request.StreamId, [.. GrpcMessage.OkHeaders, .. GrpcMessage.Trailers(status, text), .. more], endStream: true));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(ReadOnlyMemory<byte>? message) => message is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
