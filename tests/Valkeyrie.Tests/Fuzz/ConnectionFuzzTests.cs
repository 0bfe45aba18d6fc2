using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Tests.Fuzz;

/// <summary>Whole connections: valid, damaged, misplaced and invented frames, in any pieces.</summary>
public sealed class ConnectionFuzzTests
{
    private const int Cases = 30_000;
    private const int Unary = 1;
    private const int Streaming = 3;
    private const int ProperFrames = 6;

    private static readonly HeaderField[] Token = [new("authorization", "token", HeaderIndexing.Never)];

    private static readonly Uri Address = new("http://127.0.0.1:2379");

    private static readonly byte[][] Frames =
    [
        Http2Frame.Headers(Unary, GrpcMessage.OkHeaders),
        Http2Frame.Data(Unary, GrpcMessage.Write(ScriptedReply.Range("k", "v"))),
        Http2Frame.Headers(Unary, GrpcMessage.Trailers(0), endStream: true),
        Http2Frame.Headers(Streaming, GrpcMessage.OkHeaders),
        Http2Frame.Data(Streaming, GrpcMessage.Write(ScriptedReply.WatchPut("k", "v", 8))),
        Http2Frame.Headers(Streaming, GrpcMessage.Trailers(14, "etcdserver: no leader"), endStream: true),
        Http2Frame.RstStream(Streaming, 8),
        Http2Frame.GoAway(Unary, 0),
        Http2Frame.Settings((Http2Setting.InitialWindowSize, 5), (Http2Setting.MaxConcurrentStreams, 1)),
        Http2Frame.SettingsAck(),
        Http2Frame.Ping(new byte[8], ack: false),
        Http2Frame.WindowUpdate(0, 1000),
        Http2Frame.WindowUpdate(Unary, int.MaxValue),
        Http2Frame.Write(Http2FrameType.Continuation, Http2Frame.EndHeaders, Unary, [0x88]),
        Http2Frame.Write(Http2FrameType.Headers, 0, Unary, [0x88]),
        Http2Frame.Write(Http2FrameType.Data, Http2Frame.Padded, Streaming, [3, 1, 2, 0, 0, 0]),
    ];

    [Fact]
    public async Task Any_bytes_end_each_call_with_a_reply_or_a_typed_failure()
    {
        var answered = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var peer = new ScriptedStream(Script(random), random);
            var failures = PlayAsync(peer);
            Assert.True(await Task.WhenAny(failures, Task.Delay(Patience.Limit)) == failures, $"Seed {seed} hangs.");
            Assert.All(await failures, e => Assert.True(IsTyped(e), $"Seed {seed} gave {e}"));
            answered += 2 - (await failures).Count;
        }

        Assert.InRange(answered, Cases / 20, Cases * 2 - (Cases / 20));
    }

    [Fact]
    public async Task A_server_that_asks_without_end_and_reads_nothing_is_given_up()
    {
        var ping = Http2Frame.Ping(new byte[8], ack: false);
        await using var peer = new ScriptedStream([.. Enumerable.Repeat(ping, 100_000).SelectMany(p => p)], new Random(1)) { ReadsNothing = true };
        var failures = await PlayAsync(peer).WaitAsync(Patience.Limit);
        Assert.All(failures, e => Assert.Equal(Http2Error.EnhanceYourCalm, Assert.IsType<Http2ProtocolException>(e).Error));
    }

    [Fact]
    public async Task A_server_that_sends_more_than_a_slow_reader_allows_is_given_up()
    {
        var change = GrpcMessage.Write(ScriptedReply.WatchPut("k", new string('x', 10_000), 8));
        byte[] script = [.. Http2Frame.Headers(Streaming, GrpcMessage.OkHeaders), .. Enumerable.Repeat(Http2Frame.Data(Streaming, change), 2_000).SelectMany(d => d)];
        await using var peer = new ScriptedStream(script, new Random(1)) { StaysOpen = true };
        var connection = await Http2Connection.StartAsync(peer, Address, TimeSpan.FromSeconds(10), CancellationToken.None);
        _ = Start(connection, unary: true);
        var watch = Start(connection, unary: false);
        peer.Go();
        await peer.Delivered.WaitAsync(Patience.Limit);
        var messages = 0;
        var error = await Record.ExceptionAsync(async () =>
        {
            while (await watch.ReadAsync().AsTask().WaitAsync(Patience.Limit) is not null)
            {
                messages++;
            }
        });
        Assert.Equal(Http2Error.FlowControlError, Assert.IsType<Http2ProtocolException>(error).Error);
        Assert.InRange(messages, 1, 1_000);
        connection.End(new Http2ConnectionLostException("The test is over.", notSent: false));
    }

    /// <summary>Makes a call and opens a stream on a connection, starts the peer, and returns their errors.</summary>
    private static async Task<List<Exception>> PlayAsync(ScriptedStream peer)
    {
        var failures = new List<Exception>();
        Http2Connection connection;
        try
        {
            connection = await Http2Connection.StartAsync(peer, Address, TimeSpan.FromSeconds(10), CancellationToken.None);
        }
        catch (Exception e)
        {
            return [e];
        }

        var unary = Start(connection, unary: true);
        var streaming = Start(connection, unary: false);
        peer.Go();
        foreach (var stream in new[] { unary, streaming })
        {
            try
            {
                while (await stream.ReadAsync() is not null)
                {
                }
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
            finally
            {
                stream.Release();
            }
        }

        connection.End(new Http2ConnectionLostException("The test is over.", notSent: false));
        return failures;
    }

    private static GrpcCall Start(Http2Connection connection, bool unary)
    {
        var call = new GrpcCall(1 << 20, single: unary);
        Assert.True(call.TryStart(connection, unary ? EtcdMethods.Range : EtcdMethods.Watch, Token, GrpcMessage.Write([1, 2, 3]), end: unary).Ok);
        return call;
    }

    // An error of the connection's own code would appear as the cause of a broken connection.
    private static bool IsTyped(Exception e) => e is Http2ProtocolException or Http2ResetException or Http2ConnectException or GrpcException or GrpcProtocolException
        or GrpcMessageTooLargeException or Http2ConnectionLostException { InnerException: null };

    private static byte[] Script(Random random)
    {
        if (random.Next(20) == 0)
        {
            return Mutation.Noise(random);
        }

        // The valid answers to both calls, with foreign frames between them, some of them damaged.
        var frames = Frames.Take(ProperFrames).ToList();
        for (var strangers = random.Next(4); strangers > 0; strangers--)
        {
            frames.Insert(random.Next(frames.Count + 1), Frames[random.Next(Frames.Length)]);
        }

        var damage = random.Next(3) * 5;
        return [.. frames.SelectMany(frame => random.Next(100) < damage ? Mutation.Of(frame, random) : frame)];
    }
}
