using System.Diagnostics;
using System.Text;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;
using static Valkeyrie.Tests.Rigs.ScriptedMember;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Sessions with servers that behave as real ones do rarely, or never.</summary>
public sealed class ScriptedSessionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly GetDataRequest Read = new("/k", synced: false);
    private static readonly SetDataRequest Write = new("/k", "v".Bytes());

    [Fact]
    public async Task Replies_in_one_piece_or_byte_by_byte_are_the_same()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "first")));
            var calls = new[] { await member.NextAsync(), await member.NextAsync(), await member.NextAsync() };
            byte[] replies = [.. calls.SelectMany((c, i) => Reply(c.Xid, body: w => Data(w, $"value {i}")))];
            foreach (var part in replies.Chunk(7))
            {
                await member.SendAsync(part);
            }

            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        Assert.Equal("first", Encoding.UTF8.GetString((await session.CallAsync(Read)).Value!.Bytes!));
        var read = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => session.CallAsync(Read).AsTask()));
        Assert.Equal(["value 0", "value 1", "value 2"], read.Select(r => Encoding.UTF8.GetString(r.Value!.Bytes!)));
    }

    [Fact]
    public async Task A_read_whose_connection_breaks_is_made_again_and_a_write_may_have_been_made()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            var call = await member.NextAsync();
            if (member.Number % 2 == 0)
            {
                return;
            }

            await member.SendAsync(Reply(call.Xid, body: w => Data(w, "again")));
            await member.NextAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        Assert.Equal("again", Encoding.UTF8.GetString((await session.CallAsync(Read)).Value!.Bytes!));

        var broken = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal((KvUnreachableReason.ConnectionLost, false), (broken.Reason, broken.NotSent));
        Assert.Contains("may have been made", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_to_a_member_that_nobody_reaches_was_not_sent_and_fails_at_once()
    {
        await using var session = Sessions.Open($"127.0.0.1:{LoopbackPorts.Take()},127.0.0.1:{LoopbackPorts.Take()}");
        var began = Stopwatch.GetTimestamp();
        var refused = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal((KvUnreachableReason.ConnectionFailed, true), (refused.Reason, refused.NotSent));
        Assert.True(Stopwatch.GetElapsedTime(began) < KvStoreOptions.DefaultTimeout);
    }

    [Fact]
    public async Task A_member_without_its_ensemble_is_waited_for_within_the_time_of_a_call_and_the_write_was_not_sent()
    {
        await using var server = new ScriptedZooKeeper(async member => await member.ReadAsync());
        await using var session = Sessions.Open(server.Endpoint, timeout: Short);
        var refused = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal((KvUnreachableReason.Unavailable, true), (refused.Reason, refused.NotSent));
        Assert.True(server.Connections > 1);
    }

    [Fact]
    public async Task A_silent_server_costs_a_call_its_time_and_no_more()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync(60_000);
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint, timeout: TimeSpan.FromMilliseconds(500));
        var late = await Assert.ThrowsAsync<KvTimeoutException>(async () => await session.CallAsync(Write));
        Assert.False(late.NotSent);
        Assert.Contains("may have been made", late.Message, StringComparison.Ordinal);
        using var cancelled = new CancellationTokenSource(100);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await session.CallAsync(Read, null, cancelled.Token));
    }

    [Fact]
    public async Task The_reply_of_a_call_that_was_given_up_is_nobody_elses()
    {
        var late = new TaskCompletionSource();
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            var first = await member.NextAsync();
            await late.Task;
            await member.SendAsync(Reply(first.Xid, body: w => Data(w, "late")));
            await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "mine")));
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        using var cancelled = new CancellationTokenSource(50);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await session.CallAsync(Read, null, cancelled.Token));
        var next = session.CallAsync(Read);
        late.SetResult();
        Assert.Equal("mine", Encoding.UTF8.GetString((await next).Value!.Bytes!));
    }

    [Fact]
    public async Task A_server_that_goes_silent_is_left_within_two_thirds_of_the_sessions_timeout()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync(1_500);
            if (member.Number > 0)
            {
                await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "second")));
            }

            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        Assert.Equal("second", Encoding.UTF8.GetString((await session.CallAsync(Read)).Value!.Bytes!));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task An_idle_session_is_kept_alive_by_pings()
    {
        var pings = new TaskCompletionSource();
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync(900);
            await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "v")));
            for (var i = 0; i < 5; i++)
            {
                var ping = await member.ReadAsync();
                Assert.Equal([0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 11], ping);
                await member.SendAsync(Reply(Xid.Ping));
            }

            pings.SetResult();
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        await session.CallAsync(Read);
        await pings.Task.WaitAsync(Patience.Limit);
        Assert.True(session.Lease!.IsAlive);
    }

    [Fact]
    public async Task A_session_that_the_servers_say_has_expired_ends_and_its_calls_were_not_sent()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            var asked = await member.GreetAsync(member.Number == 0 ? 10_000 : 0);
            Assert.Equal(member.Number == 0 ? 0 : SessionId, asked);
            if (member.Number == 0)
            {
                await member.NextAsync();
            }
        });
        await using var session = Sessions.Open(server.Endpoint);
        var ended = await Assert.ThrowsAsync<SessionException>(async () => await session.CallAsync(Read));
        Assert.Equal((FailureKind.Expired, true), (ended.Kind, ended.NotSent));
        Assert.True(session.HasEnded);
        Assert.True(session.Lease!.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_pool_goes_on_with_a_new_session_where_one_has_expired()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            var asked = await member.GreetAsync(member.Number == 1 ? 0 : 10_000);
            if (member.Number == 0)
            {
                await member.NextAsync();
                return;
            }

            Assert.Equal(member.Number == 1 ? SessionId : 0, asked);
            await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "new")));
            await member.SwallowAsync();
        });
        await using var pool = new SessionPool(Sessions.Settings(server.Endpoint));
        Assert.Equal("new", Encoding.UTF8.GetString((await pool.CallAsync(Read, null, CancellationToken.None)).Value!.Bytes!));
    }

    [Fact]
    public async Task A_refused_sign_in_is_told_as_such()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            var auth = await member.NextAsync();
            Assert.Equal((Xid.Auth, (int)OpCode.Auth), (auth.Xid, auth.Op));
            Assert.EndsWith("digest\0\0\0\fuser:secret!", Encoding.UTF8.GetString(auth.Frame), StringComparison.Ordinal);
            await member.SendAsync(Reply(Xid.Auth, (int)ErrorCode.AuthFailed));
        });
        await using var session = Sessions.Open(server.Endpoint, credential: new KvCredential("user", "secret!"));
        var refused = await Assert.ThrowsAsync<KvException>(async () => await session.CallAsync(Write));
        Assert.True(refused.NotSent);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_must_be_fresh_is_sent_behind_a_sync()
    {
        var ops = new TaskCompletionSource<int[]>();
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            var (sync, read) = (await member.NextAsync(), await member.NextAsync());
            ops.SetResult([sync.Op, read.Op]);
            await member.SendAsync([.. Reply(sync.Xid, body: w => w.WriteString("/")), .. Reply(read.Xid, body: w => Data(w, "v"))]);
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        Assert.True((await session.CallAsync(new GetDataRequest("/k", synced: true))).IsOk);
        var sent = await ops.Task;
        Assert.Equal([(int)OpCode.Sync, (int)OpCode.GetData], sent);
    }

    [Fact]
    public async Task Watches_are_taken_up_again_on_the_next_connection_before_any_call()
    {
        var restored = new TaskCompletionSource<string>();
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            if (member.Number == 0)
            {
                await member.SendAsync(Reply((await member.NextAsync()).Xid, zxid: 42, body: w => w.WriteInt(0)));
                await member.NextAsync();
                return;
            }

            var watches = await member.NextAsync();
            Assert.Equal((Xid.SetWatches, (int)OpCode.SetWatches2, 42), (watches.Xid, watches.Op, watches.Frame[15]));
            restored.SetResult(Encoding.UTF8.GetString(watches.Frame));
            await member.SendAsync(Reply(Xid.SetWatches));
            await member.SendAsync(Reply((await member.NextAsync()).Xid, body: w => Data(w, "v")));
            await member.SendAsync(Frame(w =>
            {
                w.WriteInt(Xid.Event);
                w.WriteLong(-1);
                w.WriteInt(0);
                w.WriteInt((int)WatchEventType.DataChanged);
                w.WriteInt(3);
                w.WriteString("/watched/below");
            }));
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        var watched = await RecordedWatcher.StartAsync(session, "/watched");
        Assert.True((await session.CallAsync(Read)).IsOk);
        Assert.EndsWith("/watched", await restored.Task, StringComparison.Ordinal);
        await watched.UntilAsync("DataChanged /watched/below");
        Assert.Equal(["disconnected", "reconnected", "DataChanged /watched/below"], watched.Seen);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\0\0\0\u0004abcd")]
    [InlineData("\0\0\0\0")]
    public async Task What_is_no_ZooKeeper_is_told_as_such_at_once(string greeting)
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.SendAsync(Encoding.Latin1.GetBytes(greeting));
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        var stranger = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal((KvUnreachableReason.Protocol, true), (stranger.Reason, stranger.NotSent));
    }

    [Fact]
    public async Task A_reply_with_a_number_that_no_request_has_ends_the_connection_as_a_stranger()
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            await member.SendAsync(Reply((await member.NextAsync()).Xid + 7));
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        var stranger = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal((KvUnreachableReason.Protocol, false), (stranger.Reason, stranger.NotSent));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task A_frame_of_any_length_that_is_none_takes_no_memory(int length)
    {
        await using var server = new ScriptedZooKeeper(async member =>
        {
            await member.GreetAsync();
            await member.NextAsync();
            await member.SendAsync([(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 0, 0, 0, 1]);
            await member.SwallowAsync();
        });
        await using var session = Sessions.Open(server.Endpoint);
        var stranger = await Assert.ThrowsAsync<KvUnreachableException>(async () => await session.CallAsync(Write));
        Assert.Equal(KvUnreachableReason.Protocol, stranger.Reason);
    }
}
