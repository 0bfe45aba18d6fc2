using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Tests.Etcd.Grpc;

namespace Valkeyrie.Tests.Etcd.Http2;

/// <summary>Streams and connections that end early.</summary>
public class ConnectionLossTests
{
    public static TheoryData<uint> ErrorCodes => [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 99, uint.MaxValue];

    [Theory]
    [MemberData(nameof(ErrorCodes))]
    public async Task A_reset_stream_is_unreachable_and_a_write_is_not_sent_again(uint code)
    {
        await using var peer = new ScriptedHttp2Peer(request => request.SendAsync(Http2Frame.RstStream(request.StreamId, code)));
        await StatusTests.AssertErrorAsync(peer, KvErrorCode.Unreachable);
        Assert.Equal(1, peer.Requests);
    }

    [Theory]
    [MemberData(nameof(ErrorCodes))]
    public async Task A_stream_reset_in_the_middle_of_its_answer_is_unreachable(uint code)
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.Put()).AsMemory(0, 7));
            await request.SendAsync(Http2Frame.RstStream(request.StreamId, code));
        });
        await StatusTests.AssertErrorAsync(peer, KvErrorCode.Unreachable);
    }

    [Fact]
    public async Task A_refused_stream_is_sent_again_a_write_too()
    {
        const uint Refused = 7;
        await using var peer = new ScriptedHttp2Peer(request => request.StreamId == 1
            ? request.SendAsync(Http2Frame.RstStream(request.StreamId, Refused))
            : request.ReplyAsync(ScriptedReply.Put()));
        await using var store = peer.Open();
        Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
        Assert.Equal(2, peer.Requests);
    }

    [Fact]
    public async Task A_reset_behind_the_whole_answer_changes_nothing()
    {
        const uint NoError = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.ReplyAsync(ScriptedReply.Put());
            await request.SendAsync(Http2Frame.RstStream(request.StreamId, NoError));
        });
        await using var store = peer.Open();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
        }
    }

    [Fact]
    public async Task A_read_that_was_reset_is_sent_again()
    {
        const uint InternalError = 2;
        await using var peer = new ScriptedHttp2Peer(request => request.StreamId == 1
            ? request.SendAsync(Http2Frame.RstStream(request.StreamId, InternalError))
            : request.ReplyAsync(ScriptedReply.Range("k", "v")));
        await using var store = peer.Open();
        Assert.Equal("v", (await store.GetAsync("k")).Value);
    }

    [Fact]
    public async Task A_write_above_the_last_stream_of_a_goodbye_is_sent_again_on_a_new_connection()
    {
        var first = true;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (first)
            {
                first = false;
                await request.SendAsync(Http2Frame.GoAway(0, 0));
                return;
            }

            await request.ReplyAsync(ScriptedReply.Put());
        });
        await using var store = peer.Open();
        Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_call_below_the_last_stream_of_a_goodbye_is_still_answered_and_the_next_one_connects_anew()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendAsync(Http2Frame.GoAway(request.StreamId, 0));
            await request.SettleAsync();
            await request.ReplyAsync(ScriptedReply.Put());
        });
        await using var store = peer.Open();
        for (var connections = 1; connections <= 3; connections++)
        {
            Assert.Equal(ScriptedReply.Revision, (await store.PutAsync("k", "v")).Revision);
            Assert.Equal(connections, peer.Connections);
        }
    }

    [Fact]
    public async Task A_server_that_says_goodbye_to_each_connection_is_unreachable_and_not_asked_without_end()
    {
        await using var peer = new ScriptedHttp2Peer(
            request => request.ReplyAsync(ScriptedReply.Put()), new ScriptedGreeting((byte[])[.. Http2Frame.Settings(), .. Http2Frame.GoAway(0, 0)]));
        await using var store = peer.Open();
        foreach (var call in new Func<Task>[] { async () => await store.PutAsync("k", "v"), async () => await store.GetAsync("k") })
        {
            var error = await Assert.ThrowsAsync<KvUnreachableException>(call);
            Assert.Equal(KvUnreachableReason.ConnectionLost, error.Reason);
            Assert.DoesNotContain("may have been made", error.Message, StringComparison.Ordinal);
        }

        Assert.InRange(peer.Connections, 1, 10);

        // A call can be sent while the GOAWAY arrives, which states that it was not processed.
        Assert.InRange(peer.Requests, 0, peer.Connections);
    }

    [Fact]
    public async Task A_connector_that_is_closed_ends_its_older_connections_too()
    {
        var connections = new List<ScriptedConnection>();
        await using var peer = new ScriptedHttp2Peer(_ => Task.CompletedTask);
        peer.Connected += connections.Add;
        using var connector = peer.NewConnector();
        var older = await connector.GetAsync(CancellationToken.None);
        var call = new GrpcCall(1_000, single: true);
        Assert.True(call.TryStart(older, EtcdMethods.Put, null, GrpcMessage.Write("x"u8), end: true).Ok);
        await connections[0].WriteAsync(Http2Frame.GoAway(call.Id, 0));
        await Patience.UntilAsync(() => !older.IsUsable, "the goodbye");
        var newer = await connector.GetAsync(CancellationToken.None);
        Assert.NotSame(older, newer);
        Assert.False(older.HasEnded);

        connector.Dispose();
        Assert.True(older.HasEnded);
        Assert.True(newer.HasEnded);
    }

    [Fact]
    public async Task A_goodbye_with_an_error_is_unreachable_where_the_connection_closes_after_it()
    {
        const uint EnhanceYourCalm = 11;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendAsync(Http2Frame.GoAway(request.StreamId, EnhanceYourCalm));
            request.CloseConnection();
        });
        await StatusTests.AssertErrorAsync(peer, KvErrorCode.Unreachable);
        Assert.Equal(1, peer.Requests);
    }

    [Fact]
    public async Task A_connection_closed_at_any_point_of_the_answer_is_unreachable()
    {
        for (var sent = 0; ; sent++)
        {
            var whole = false;
            await using var peer = new ScriptedHttp2Peer(async request =>
            {
                byte[] answer =
                [
                    .. Http2Frame.Headers(request.StreamId, GrpcMessage.OkHeaders),
                    .. Http2Frame.Data(request.StreamId, GrpcMessage.Write(ScriptedReply.Put())),
                    .. Http2Frame.Headers(request.StreamId, GrpcMessage.Trailers(0), endStream: true),
                ];
                whole = sent >= answer.Length;
                await request.SendAsync(answer.AsMemory(0, Math.Min(sent, answer.Length)));
                request.CloseConnection();
            });
            await using var store = peer.Open();
            var error = await Record.ExceptionAsync(async () => await store.PutAsync("k", "v"));
            if (whole)
            {
                Assert.Null(error);
                return;
            }

            Assert.Equal(KvUnreachableReason.ConnectionLost, Assert.IsType<KvUnreachableException>(error).Reason);
            Assert.Equal(1, peer.Requests);
        }
    }

    [Fact]
    public async Task A_read_is_sent_again_where_the_connection_was_lost()
    {
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            if (request.Connection.IsFirst)
            {
                request.CloseConnection();
                return Task.CompletedTask;
            }

            return request.ReplyAsync(ScriptedReply.Range("k", "v"));
        });
        await using var store = peer.Open();
        Assert.Equal("v", (await store.GetAsync("k")).Value);
    }

    [Fact]
    public async Task All_calls_of_a_lost_connection_end()
    {
        const int Count = 50;
        var waiting = new CountdownEvent(Count);
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            if (waiting.Signal())
            {
                request.CloseConnection();
            }

            return Task.CompletedTask;
        });
        await using var store = peer.Open();
        var calls = Enumerable.Range(0, Count).Select(i => store.PutAsync($"k{i}", "v").AsTask()).ToList();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<KvUnreachableException>(() => call.WaitAsync(Patience.Limit));
        }
    }

    [Fact]
    public async Task A_watch_goes_on_at_the_next_revision_where_its_connection_was_lost()
    {
        var starts = new List<long>();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.Range());
                return;
            }

            var start = Valkeyrie.Etcd.Protocol.WatchRequest.Parser.ParseFrom(request.Message).CreateRequest.StartRevision;
            starts.Add(start);
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated(start)));
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchPut("k", $"{start}", start)));
            await request.SettleAsync();
            request.CloseConnection();
        });
        await using var store = peer.Open();
        await using var watching = RunningWatch.Key(store, "k", new KvWatchOptions { FromRevision = 8 });
        Assert.Equal([8L, 9, 10, 11], (await watching.NextAsync(4)).Select(e => e.Revision));

        // A change that arrived together with the end of its connection can be requested again; it is still delivered once.
        Assert.Equal([8L, 9, 10, 11], starts.Distinct().Take(4));
    }

    [Theory]
    [InlineData("too_many_pings", "EnhanceYourCalm, too_many_pings")]
    [InlineData("\u001b[31mred", "EnhanceYourCalm, ?[31mred")]
    [InlineData("", "EnhanceYourCalm")]
    public async Task What_a_server_says_when_it_closes_the_connection_is_told(string said, string told)
    {
        const uint EnhanceYourCalm = 11;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendAsync(Http2Frame.GoAway(request.StreamId, EnhanceYourCalm, said));
            request.CloseConnection();
        });
        await using var store = peer.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(KvUnreachableReason.ConnectionLost, error.Reason);
        Assert.Contains($"({told})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_is_reset()
    {
        var arrived = new TaskCompletionSource<ScriptedRequest>();
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            arrived.TrySetResult(request);
            return Task.CompletedTask;
        });
        await using var store = peer.Open();
        using var cancel = new CancellationTokenSource();
        var call = store.GetAsync("k", null, cancel.Token).AsTask();
        var request = await arrived.Task.WaitAsync(Patience.Limit);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience.Limit));
        await request.WhenReset.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_watch_that_ends_is_reset()
    {
        var arrived = new TaskCompletionSource<ScriptedRequest>();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.Range());
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated()));
            arrived.TrySetResult(request);
        });
        await using var store = peer.Open();
        ScriptedRequest request;
        await using (RunningWatch.Key(store, "k", new KvWatchOptions { FromRevision = 1 }))
        {
            request = await arrived.Task.WaitAsync(Patience.Limit);
        }

        await request.WhenReset.WaitAsync(Patience.Limit);
    }
}
