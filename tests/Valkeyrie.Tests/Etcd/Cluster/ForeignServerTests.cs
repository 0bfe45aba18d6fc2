using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.Cluster;

/// <summary>A listener that is not etcd: a typed error states this, within the timeout.</summary>
public class ForeignServerTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static TheoryData<string> FirstWords => [.. Strangers.Keys];

    private static Dictionary<string, byte[]> Strangers { get; } = new()
    {
        ["an HTTP/1.1 server"] = Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        ["an SSH server"] = Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        ["a mail server"] = Encoding.ASCII.GetBytes("220 mail.example.com ESMTP ready\r\n"),
        ["a database"] = [0x4A, 0x00, 0x00, 0x00, 0x0A, .. Encoding.ASCII.GetBytes("8.0.36\0 and so on and so on")],
        ["a TLS server's alert"] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46],
        ["zeros"] = new byte[64],
        ["noise"] = [.. Enumerable.Range(0, 512).Select(i => (byte)(i * 37 + 11))],
        ["an HTTP/2 frame that is no greeting"] = Http2Frame.Ping(new byte[8], ack: false),
        ["nothing before it closes"] = [],
    };

    [Theory]
    [MemberData(nameof(FirstWords))]
    public async Task A_stranger_is_a_protocol_error(string who)
    {
        await using var stranger = new Stranger(Strangers[who], closes: true);
        await using var store = stranger.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
        Assert.Contains($"127.0.0.1:{stranger.Port}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an HTTP/1.1 server")]
    [InlineData("an SSH server")]
    [InlineData("noise")]
    public async Task A_stranger_that_holds_the_connection_open_is_a_protocol_error(string who)
    {
        await using var stranger = new Stranger(Strangers[who], closes: false);
        await using var store = stranger.Open();
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("k", "v"));
        Assert.Equal(KvUnreachableReason.Protocol, error.Reason);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_timed_out_within_the_timeout()
    {
        await using var stranger = new Stranger([], closes: false);
        await using var store = stranger.Open(new KvStoreOptions { Timeout = Timeout });
        await AssertTimedOutAsync(async () => await store.PutAsync("k", "v"));
        await AssertTimedOutAsync(async () => await store.GetAsync("k"));
        await AssertTimedOutAsync(async () => await store.ListAllAsync("k"));
        await AssertTimedOutAsync(async () => await (await store.LockAsync("k")).DisposeAsync());
    }

    [Fact]
    public async Task A_server_that_greets_and_then_says_nothing_is_timed_out_within_the_timeout()
    {
        await using var peer = new ScriptedHttp2Peer(_ => Task.CompletedTask);
        await using var store = peer.Open(new KvStoreOptions { Timeout = Timeout });
        await AssertTimedOutAsync(async () => await store.PutAsync("k", "v"));
        await AssertTimedOutAsync(async () => await store.GetAsync("k"));
        await AssertTimedOutAsync(async () => await store.ListAllAsync("k"));
    }

    [Fact]
    public async Task A_server_that_said_why_it_cannot_serve_and_then_keeps_silent_is_reported_with_its_reason()
    {
        var requests = 0;
        await using var peer = new ScriptedHttp2Peer(
            request => Interlocked.Increment(ref requests) == 1 ? request.SendTrailersAsync(14, "etcdserver: no leader") : Task.CompletedTask);
        await using var store = peer.Open(new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(500) });
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("k"));
        Assert.Contains("no leader", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_server_that_never_ends_its_answer_is_timed_out_within_the_timeout()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.Put()));
        });
        await using var store = peer.Open(new KvStoreOptions { Timeout = Timeout });
        await AssertTimedOutAsync(async () => await store.PutAsync("k", "v"));
    }

    [Fact]
    public async Task A_watch_on_a_server_that_says_nothing_is_timed_out()
    {
        await using var peer = new ScriptedHttp2Peer(_ => Task.CompletedTask);
        await using var store = peer.Open(new KvStoreOptions { Timeout = Timeout });
        await using var watching = RunningWatch.Key(store, "k");
        Assert.IsType<KvTimeoutException>(await watching.EndAsync());
    }

    [Fact]
    public async Task A_store_on_a_server_that_says_nothing_closes_at_once()
    {
        await using var stranger = new Stranger([], closes: false);
        var store = stranger.Open();
        var calls = Enumerable.Range(0, 10).Select(i => store.PutAsync($"k{i}", "v").AsTask()).ToList();
        await store.DisposeAsync().AsTask().WaitAsync(KvStoreOptions.DefaultTimeout);
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<KvStoreClosedException>(() => call.WaitAsync(Patience.Limit));
        }
    }

    private static async Task AssertTimedOutAsync(Func<Task> call)
    {
        var started = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<KvTimeoutException>(() => call().WaitAsync(Patience.Limit));
        Assert.Equal(KvErrorCode.TimedOut, error.Code);

        // Not too early; how late depends on the load of the machine.
        Assert.InRange(started.Elapsed, Timeout * 0.9, Patience.Limit);
    }

    /// <summary>A listener that sends its first bytes to every client.</summary>
    private sealed class Stranger : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<Socket> _sockets = [];
        private readonly Task _accepting;

        public Stranger(byte[] words, bool closes)
        {
            _listener.Start();
            _accepting = AcceptAsync(words, closes);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public IKvStore Open(KvStoreOptions? options = null)
        {
            EtcdStore.Register();
            return KvStore.Open($"etcd://127.0.0.1:{Port}", options);
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
            _sockets.ForEach(s => s.Dispose());
        }

        private async Task AcceptAsync(byte[] words, bool closes)
        {
            try
            {
                while (true)
                {
                    var socket = await _listener.AcceptSocketAsync();
                    _sockets.Add(socket);

                    // Like a real server: reads the request, then answers.
                    await socket.ReceiveAsync(new byte[1024]);
                    await socket.SendAsync(words);
                    if (closes)
                    {
                        socket.Shutdown(SocketShutdown.Send);
                    }
                }
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
            }
        }
    }
}
