using System.Buffers;
using Valkeyrie.Etcd.Http2;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Tests.Etcd.Http2;

/// <summary>Neither side sends more than the other allows (RFC 9113 sections 5.1.2 and 5.2).</summary>
public class FlowControlTests
{
    private const int DefaultWindow = 65_535;
    private const int Large = 12 << 20;

    [Fact]
    public async Task A_large_answer_comes_through_as_the_client_opens_its_windows()
    {
        var value = new byte[Large];
        new Random(2).NextBytes(value);
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendWithinWindowsAsync(GrpcMessage.Write(ScriptedReply.Range(("k", value))));
            await request.SendTrailersAsync(0);
        });
        await using var store = peer.Open();
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(value, (await store.GetAsync("k")).GetBytes());
        }

        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task A_slow_reader_of_a_watch_holds_its_server_up_and_loses_nothing()
    {
        const int Changes = 64;
        var value = new string('x', 1 << 18);
        var sent = 0;
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.Range());
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated()));
            for (var i = 1; i <= Changes; i++)
            {
                await request.SendWithinWindowsAsync(GrpcMessage.Write(ScriptedReply.WatchPut("k", value, i)));
                Interlocked.Increment(ref sent);
            }
        });
        await using var store = peer.Open();
        await using var events = store.WatchAsync("k", new KvWatchOptions { FromRevision = 1 }).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());

        // The reader pauses until nothing moves: the server stalls long before the end. Two equal observations show the stall.
        var last = -1;
        await Patience.UntilAsync(
            async () =>
            {
                await Task.Delay(100);
                return Interlocked.Exchange(ref last, Volatile.Read(ref sent)) == sent;
            },
            "a standstill");
        Assert.InRange(Volatile.Read(ref sent), 1, Changes - 1);

        for (var i = 2; i <= Changes; i++)
        {
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(i, events.Current.Revision);
        }
    }

    [Fact]
    public async Task A_watch_that_nobody_reads_does_not_hold_up_other_calls()
    {
        // The watch's own read is first.
        const int WatchStream = 3;
        var value = new string('x', 1 << 20);
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.StreamId == WatchStream)
            {
                await request.SendOkHeadersAsync();
                await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.WatchCreated()));
                for (var i = 1; !request.WhenReset.IsCompleted; i++)
                {
                    await Task.WhenAny(request.SendWithinWindowsAsync(GrpcMessage.Write(ScriptedReply.WatchPut("k", value, i))), request.WhenReset);
                }

                return;
            }

            await request.ReplyAsync(ScriptedReply.Range("k", "v"));
        });
        await using var store = peer.Open();
        await using var events = store.WatchAsync("k", new KvWatchOptions { FromRevision = 1 }).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("v", (await store.GetAsync("k")).Value);
        }
    }

    [Fact]
    public async Task A_large_request_stops_at_the_servers_window_and_goes_on_when_it_opens()
    {
        const int Step = 30_000;
        ScriptedConnection? connection = null;
        var value = new byte[200_000];
        new Random(3).NextBytes(value);
        byte[]? arrived = null;
        await using var peer = new ScriptedHttp2Peer(request =>
        {
            arrived = request.Message;
            return request.ReplyAsync(ScriptedReply.Put());
        });
        peer.Connected += c => connection = c;
        await using var store = peer.Open();
        var put = store.PutAsync("k", value).AsTask();
        await Patience.UntilAsync(() => connection?.Received >= DefaultWindow, "a full window");
        for (var allowed = DefaultWindow; !put.IsCompleted; allowed += Step)
        {
            await connection!.SettleAsync();
            Assert.InRange(connection.Received, 0, allowed);
            await connection.WriteAsync(Http2Frame.WindowUpdate(0, Step));
            await connection.WriteAsync(Http2Frame.WindowUpdate(1, Step));
        }

        await put;
        Assert.Equal(value, PutRequest.Parser.ParseFrom(arrived).Value.ToByteArray());
    }

    [Fact]
    public async Task A_window_of_nothing_holds_a_request_back_until_the_settings_open_it()
    {
        ScriptedConnection? connection = null;
        await using var peer = new ScriptedHttp2Peer(
            request => request.ReplyAsync(ScriptedReply.Put()), ScriptedGreeting.With((Http2Setting.InitialWindowSize, 0)));
        peer.Connected += c => connection = c;
        await using var store = peer.Open();
        var put = store.PutAsync("k", "v").AsTask();
        await Patience.UntilAsync(() => connection?.Opened > 0, "the request's headers");
        await connection!.SettleAsync();
        Assert.Equal(0, connection.Received);
        await connection.WriteAsync(Http2Frame.Settings((Http2Setting.InitialWindowSize, DefaultWindow)));
        Assert.Equal(ScriptedReply.Revision, (await put.WaitAsync(Patience.Limit)).Revision);
    }

    [Fact]
    public async Task A_watch_that_is_answered_before_its_request_was_read_sends_it_unchanged()
    {
        const int WatchStream = 3;
        ScriptedConnection? connection = null;
        var watched = new TaskCompletionSource<byte[]>();
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.StreamId == WatchStream)
            {
                watched.TrySetResult(request.Message);
                return;
            }

            await request.SendAsync(Http2Frame.Settings((Http2Setting.InitialWindowSize, 0)));
            await request.ReplyAsync(ScriptedReply.Range());
        });
        peer.Connected += c => connection = c;
        await using var store = peer.Open();
        await using var watching = RunningWatch.Key(store, "some key", new KvWatchOptions { FromRevision = 1 });
        await Patience.UntilAsync(() => connection?.Opened == 2, "the headers of the watch");
        await connection!.WriteAsync(Http2Frame.Headers(WatchStream, GrpcMessage.OkHeaders));
        await connection.WriteAsync(Http2Frame.Data(WatchStream, GrpcMessage.Write(ScriptedReply.WatchCreated())));
        await connection.WriteAsync(Http2Frame.Data(WatchStream, GrpcMessage.Write(ScriptedReply.WatchPut("some key", "v", 1))));
        await watching.NextAsync();

        // If the request's buffer had already been returned, these would be the same.
        for (var length = 16; length <= 4_096; length *= 2)
        {
            for (var i = 0; i < 64; i++)
            {
                ArrayPool<byte>.Shared.Rent(length).AsSpan().Fill(0xFF);
            }
        }

        await connection.WriteAsync(Http2Frame.Settings((Http2Setting.InitialWindowSize, DefaultWindow)));
        var request = WatchRequest.Parser.ParseFrom(await watched.Task.WaitAsync(Patience.Limit));
        Assert.Equal("some key", request.CreateRequest.Key.ToStringUtf8());
    }

    [Fact]
    public async Task A_header_table_that_the_server_makes_smaller_later_is_not_used_any_more()
    {
        const byte TableOfNothing = 0x20;
        ScriptedConnection? connection = null;
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(ScriptedReply.Put()));
        peer.Connected += c => connection = c;
        await using var store = peer.Open();
        await store.PutAsync("k", "v");
        await connection!.WriteAsync(Http2Frame.Settings((Http2Setting.HeaderTableSize, 0)));
        await connection.SettleAsync();
        for (var i = 0; i < 2; i++)
        {
            await store.PutAsync("k", "v");

            // A client with an empty table finds no entry for the reference in the block.
            new HeaderDecoder().Decode(connection.LastHeaderBlock, new HeaderList());
            Assert.Equal(i == 0, connection.LastHeaderBlock[0] == TableOfNothing);
        }

        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task A_request_that_waits_for_a_window_can_be_cancelled()
    {
        await using var peer = new ScriptedHttp2Peer(
            request => request.ReplyAsync(ScriptedReply.Put()), ScriptedGreeting.With((Http2Setting.InitialWindowSize, 0)));
        await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("k", "v"));
    }

    [Fact]
    public async Task No_more_calls_are_open_at_once_than_the_server_takes()
    {
        const int Most = 3;
        var open = 0;
        var highest = 0;
        await using var peer = new ScriptedHttp2Peer(
            async request =>
            {
                var now = Interlocked.Increment(ref open);
                highest = Math.Max(highest, now);
                await request.SettleAsync();
                Interlocked.Decrement(ref open);
                await request.ReplyAsync(ScriptedReply.Put());
            },
            ScriptedGreeting.With((Http2Setting.MaxConcurrentStreams, Most)));
        await using var store = peer.Open();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i => await store.PutAsync($"k{i}", "v"))).WaitAsync(Patience.Limit);
        Assert.InRange(highest, 1, Most);
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task A_server_that_takes_no_calls_is_timed_out()
    {
        await using var peer = new ScriptedHttp2Peer(
            request => request.ReplyAsync(ScriptedReply.Put()), ScriptedGreeting.With((Http2Setting.MaxConcurrentStreams, 0)));
        await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("k", "v"));
    }

    [Fact]
    public async Task Requests_are_cut_into_frames_that_the_server_takes()
    {
        var value = new byte[50_000];
        await using var peer = new ScriptedHttp2Peer(request => request.ReplyAsync(ScriptedReply.Put()));
        ScriptedConnection? connection = null;
        peer.Connected += c => connection = c;
        await using var store = peer.Open();
        await store.PutAsync("k", value);
        Assert.InRange(connection!.LongestFrame, 1, Http2Frame.MaxPayload);
    }
}
