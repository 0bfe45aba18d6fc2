using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Valkeyrie.Consul;
using Valkeyrie.Tests.Etcd.V2;

namespace Valkeyrie.Tests.Consul;

/// <summary>Servers with wrong answers or none: typed errors within the timeout, writes sent once, and a token that is sent nowhere else.</summary>
public sealed class ForeignConsulTests
{
    private const string Token = "b1gs3cr3t-token";

    static ForeignConsulTests() => ConsulStore.Register();

    public static TheoryData<string> Garbage =>
    [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\nContent-Length: 100\r\n\r\n[{\"Key\":",
        "HTTP/1.1 banana\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "\u0015\u0003\u0001\0\u0002\u0002\u0046",
        Reply("[{\"Key\":\"a\",\"Value\":\"not base64!\",\"ModifyIndex\":7,\"CreateIndex\":7}]"),
        Reply("[{\"Key\":\"a\",\"Value\":\"dg==\",\"ModifyIndex\":\"7\",\"CreateIndex\":7}]"),
        Reply("[{\"Key\":\"a\",\"Value\":\"dg==\",\"ModifyIndex\":99999999999999999999,\"CreateIndex\":7}]"),
        Reply("[{\"Value\":\"dg==\",\"ModifyIndex\":7,\"CreateIndex\":7}]"),
        Reply("[{\"Key\":\"\\ud800\",\"ModifyIndex\":7}]"),
        Reply("<html>hello</html>"),
        Reply(""),
        Reply("Moved", "301 Moved Permanently", "Location: http://127.0.0.1:1/\r\n"),
        Reply("Not here", "404 Not Found", ""),
        Reply("?", "418 I'm a teapot"),
    ];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_a_typed_error_that_names_the_endpoint(string answer)
    {
        await using var peer = new ScriptedHttpPeer(answer);
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        foreach (var call in new Func<Task>[]
        {
            async () => await store.GetAsync("a"),
            async () => await store.ListAllAsync("a"),
            async () => await store.PutAsync("a", "v"),
            async () => await store.LockAsync("a"),
        })
        {
            var error = await Assert.ThrowsAsync<KvUnreachableException>(call);
            Assert.True(error.Endpoint == $"http://{peer.Endpoint}", error.Message);
        }
    }

    [Fact]
    public async Task The_body_of_every_request_is_one_json_document()
    {
        // A connection for each request: a reused connection would contain two.
        await using var peer = new ScriptedHttpPeer(Reply("?", "418 I'm a teapot", "Connection: close\r\n"));
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        var calls = new Func<Task>[]
        {
            async () => await store.PutAsync("a", "v"),
            async () => await store.PutAsync("a", "v", new KvPutOptions { Ttl = TimeSpan.FromMinutes(1) }),
            async () => await store.TryAtomicPutAsync("a", "v".Bytes(), 0),
            async () => await store.TryAtomicDeleteAsync("a", 7),
            async () => await store.TryDeleteAsync("a"),
            async () => await store.GetAsync("a//b"),
            async () => await store.ListAllAsync("a//b"),
        };
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<KvUnreachableException>(call);
        }

        await Patience.UntilAsync(() => peer.Received.Count(IsWhole) >= calls.Length, "a request of each call");
        foreach (var request in peer.Received)
        {
            var body = BodyOf(request);
            Assert.True(System.Text.Json.JsonDocument.Parse(body).RootElement.ValueKind is not System.Text.Json.JsonValueKind.Undefined, body);
        }

        static bool IsWhole(string request) =>
            Regex.Match(request, "Content-Length: ([0-9]+)\r\n", RegexOptions.IgnoreCase) is { Success: true } length
            && BodyOf(request).Length == int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture);

        static string BodyOf(string request) => request.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end ? request[(end + 4)..] : "";
    }

    [Fact]
    public async Task Keys_that_are_not_in_order_are_refused()
    {
        const string Entry = "{{\"Key\":\"a/{0}\",\"Value\":\"dg==\",\"ModifyIndex\":7,\"CreateIndex\":7}}";
        await using var peer = new ScriptedHttpPeer(Reply($"[{string.Format(null, Entry, "b")},{string.Format(null, Entry, "a")}]"));
        await using var store = KvStore.Open($"consul://{peer.Endpoint}");
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.ListAllAsync("a"));
    }

    [Fact]
    public async Task A_listing_that_comes_a_blank_at_a_time_ends_with_the_timeout()
    {
        await using var peer = new ScriptedHttpPeer("HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\n\r\n[", close: false) { Drip = " " };
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        var error = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.ListAllAsync("a").WaitAsync(Patience.Limit));
        Assert.Equal($"http://{peer.Endpoint}", error.Endpoint);
    }

    [Fact]
    public async Task A_text_without_end_is_refused_before_it_fills_the_memory()
    {
        await using var peer = new ScriptedHttpPeer("HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\n\r\n[{\"Key\":\"a\",\"Value\":\"", close: false) { Flood = new string('A', 1 << 20) };
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(20) });
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a").AsTask().WaitAsync(Patience.Limit));
        Assert.Contains("longer than any key or value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_sent_once_and_may_have_been_made_and_a_read_is_sent_again()
    {
        await using var peer = new ScriptedHttpPeer("HTTP/1.1 2");
        await using var store = KvStore.Open($"consul://{peer.Endpoint}");
        var put = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("a", "v"));
        Assert.Contains("A write may have been made", put.Message, StringComparison.Ordinal);
        Assert.False(put.NotSent);
        Assert.Equal(1, peer.Requests);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.TryDeleteAsync("a"));
        Assert.Equal(2, peer.Requests);
        var read = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a"));
        Assert.DoesNotContain("A write may have been made", read.Message, StringComparison.Ordinal);
        Assert.Equal(4, peer.Requests);
    }

    [Fact]
    public async Task A_write_that_finds_nobody_was_not_sent()
    {
        await using var store = KvStore.Open($"consul://127.0.0.1:{LoopbackPorts.Take()}");
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("a", "v"));
        Assert.Equal((true, KvUnreachableReason.ConnectionFailed), (error.NotSent, error.Reason));
    }

    [Fact]
    public async Task Silence_is_a_timeout()
    {
        await using var peer = new ScriptedHttpPeer("", close: false);
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        var read = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.GetAsync("a"));
        var write = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("a", "v"));
        Assert.DoesNotContain("A write may have been made", read.Message, StringComparison.Ordinal);
        Assert.Contains("A write may have been made", write.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_leader_is_asked_again_by_reads_and_a_write_may_have_been_made()
    {
        await using var peer = new ScriptedHttpPeer(Reply("No cluster leader", "500 Internal Server Error"), close: false);
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(500) });
        var write = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("a", "v"));
        Assert.Equal(KvUnreachableReason.Unavailable, write.Reason);
        Assert.Contains("No cluster leader. A write may have been made", write.Message, StringComparison.Ordinal);
        Assert.Equal(1, peer.Requests);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a"));
        Assert.True(peer.Requests > 2);
    }

    [Fact]
    public async Task A_server_that_said_why_it_cannot_serve_and_then_keeps_silent_is_reported_with_its_reason()
    {
        await using var peer = new ScriptedHttpPeer(Reply("No cluster leader", "500 Internal Server Error"), close: false) { Answers = 1 };
        await using var store = KvStore.Open($"consul://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(500) });
        var read = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a"));
        Assert.Contains("No cluster leader", read.Message, StringComparison.Ordinal);
        Assert.Equal(2, peer.Requests);
    }

    [Fact]
    public async Task The_token_goes_to_the_server_and_to_no_place_that_it_names_and_shows_nowhere()
    {
        await using var elsewhere = new Listener("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var server = new Listener($"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{elsewhere.Endpoint}/v1/kv/a\r\nContent-Length: 0\r\n\r\n");
        await using var store = KvStore.Open($"consul://{server.Endpoint}", new KvStoreOptions { Credential = new KvCredential("", Token) });
        var errors = new List<KvException>();
        foreach (var call in new Func<Task>[] { async () => await store.GetAsync("a"), async () => await store.PutAsync("a", "v"), async () => await store.PingAsync() })
        {
            errors.Add(await Assert.ThrowsAnyAsync<KvException>(call));
        }

        Assert.Contains($"X-Consul-Token: {Token}", server.Received, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", elsewhere.Received);
        Assert.All(errors, e => Assert.DoesNotContain(Token, e.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(Token, store.Info.ToString(), StringComparison.Ordinal);
        Assert.Null(store.Info.UserName);
    }

    private static string Reply(string json, string status = "200 OK", string headers = "X-Consul-Index: 7\r\n") => ScriptedHttpPeer.Reply(json, status, headers);

    /// <summary>Answers each connection once and records its request.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, LoopbackPorts.Take());
        private readonly StringBuilder _received = new();
        private readonly Task _serving;

        public Listener(string answer)
        {
            _listener.Start();
            _serving = ServeAsync(Encoding.ASCII.GetBytes(answer));
        }

        public string Endpoint => _listener.LocalEndpoint.ToString()!;

        public string Received
        {
            get
            {
                lock (_received)
                {
                    return _received.ToString();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
        }

        private async Task ServeAsync(byte[] answer)
        {
            var buffer = new byte[64 << 10];
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync();
                    var length = await socket.ReceiveAsync(buffer);
                    lock (_received)
                    {
                        _received.Append(Encoding.ASCII.GetString(buffer, 0, length));
                    }

                    await socket.SendAsync(answer);
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
            }
        }
    }
}
