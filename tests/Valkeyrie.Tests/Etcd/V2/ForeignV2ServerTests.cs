using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Servers with wrong answers or none: typed errors within the timeout, and writes sent once.</summary>
public sealed class ForeignV2ServerTests
{
    static ForeignV2ServerTests() => EtcdStore.Register();

    public static TheoryData<string> Garbage =>
    [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"action\":\"get\",",
        "HTTP/1.1 banana\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Etcd-Index: 7\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "\u0015\u0003\u0001\0\u0002\u0002\u0046",
        ScriptedHttpPeer.Reply("{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"value\":\"v\",\"modifiedIndex\":7,\"createdIndex\":7}}", headers: ""),
        ScriptedHttpPeer.Reply("{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"value\":", headers: "X-Etcd-Index: 99999999999999999999999\r\n"),
        ScriptedHttpPeer.Reply("<html>hello</html>"),
        ScriptedHttpPeer.Reply(""),
        ScriptedHttpPeer.Reply("{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"value\":\"\\ud800\"}}"),
        ScriptedHttpPeer.Reply("Moved", "301 Moved Permanently", "Location: http://127.0.0.1:1/\r\n"),
        ScriptedHttpPeer.Reply("Client sent an HTTP request to an HTTPS server.", "400 Bad Request", ""),
        ScriptedHttpPeer.Reply("{\"errorCode\":999,\"message\":\"?\",\"cause\":\"\",\"index\":1}", "500 Internal Server Error"),
    ];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_a_typed_error_that_names_the_endpoint(string answer)
    {
        await using var peer = new ScriptedHttpPeer(answer);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(5) });
        foreach (var call in new Func<Task>[] { async () => await store.GetAsync("a"), async () => await store.ListAllAsync("a"), async () => await store.PingAsync() })
        {
            var error = await Assert.ThrowsAsync<KvUnreachableException>(call);
            Assert.Equal($"http://{peer.Endpoint}", error.Endpoint);
        }
    }

    [Theory]
    [InlineData("{\"action\":\"get\"}")]
    [InlineData("{}")]
    [InlineData("{\"action\":\"get\",\"node\":null}")]
    public async Task A_read_without_a_node_is_unreachable_not_missing(string json)
    {
        await using var peer = new ScriptedHttpPeer(ScriptedHttpPeer.Reply(json));
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.TryGetAsync("a"));
    }

    [Fact]
    public async Task A_listing_that_comes_a_blank_at_a_time_ends_with_the_timeout()
    {
        await using var peer = new ScriptedHttpPeer(
            "HTTP/1.1 200 OK\r\nX-Etcd-Index: 7\r\nContent-Type: application/json\r\n\r\n{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"dir\":true,\"nodes\":[",
            close: false) { Drip = " " };
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        var error = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.ListAllAsync("a").WaitAsync(Patience.Limit));
        Assert.Equal($"http://{peer.Endpoint}", error.Endpoint);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_sent_once_and_a_read_again()
    {
        await using var peer = new ScriptedHttpPeer("HTTP/1.1 2");
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync("a", "v"));
        Assert.Equal(1, peer.Requests);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.TryDeleteAsync("a"));
        Assert.Equal(2, peer.Requests);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a"));
        Assert.Equal(4, peer.Requests);
    }

    [Fact]
    public async Task A_connection_that_ends_before_any_answer_does_not_have_a_write_sent_twice()
    {
        // The first answer keeps the connection open, so the platform sends the second request on a stale connection.
        await using var peer = new ScriptedHttpPeer("", close: true);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.TryDeleteAsync("a"));
        Assert.Equal(1, peer.Requests);
    }

    [Fact]
    public async Task Silence_is_a_timeout()
    {
        await using var peer = new ScriptedHttpPeer("", close: false);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        var read = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.GetAsync("a"));
        var write = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("a", "v"));

        // Only a writer has to expect that.
        Assert.DoesNotContain("A write may have been made", read.Message, StringComparison.Ordinal);
        Assert.Contains("A write may have been made", write.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_said_why_it_cannot_serve_and_then_keeps_silent_is_reported_with_its_reason()
    {
        await using var peer = new ScriptedHttpPeer(ScriptedHttpPeer.Reply("no leader", "503 Service Unavailable"), close: false) { Answers = 1 };
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(500) });
        var read = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.GetAsync("a"));
        Assert.Equal(KvUnreachableReason.Unavailable, read.Reason);
        Assert.Equal(2, peer.Requests);
    }

    [Fact]
    public async Task A_listing_that_stops_in_the_middle_is_a_timeout()
    {
        const string Begun = "HTTP/1.1 200 OK\r\nX-Etcd-Index: 7\r\nContent-Length: 10000\r\n\r\n{\"action\":\"get\",\"node\":{\"dir\":true,\"nodes\":[";
        await using var peer = new ScriptedHttpPeer(Begun, close: false);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}", new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.ListAllAsync(KvRange.All));
    }

    [Fact]
    public async Task Unknown_hosts_and_closed_ports_are_told_apart()
    {
        await using var unknown = KvStore.Open("etcdv2://no-such-host.invalid:2379");
        Assert.Equal(KvUnreachableReason.NameNotFound, (await Assert.ThrowsAsync<KvUnreachableException>(async () => await unknown.PingAsync())).Reason);
        await using var closed = KvStore.Open($"etcdv2://127.0.0.1:{LoopbackPorts.Take()}");
        Assert.Equal(KvUnreachableReason.ConnectionFailed, (await Assert.ThrowsAsync<KvUnreachableException>(async () => await closed.PutAsync("a", "v"))).Reason);
    }

    [Fact]
    public async Task A_server_older_than_renewals_is_refused_before_a_value_is_lost()
    {
        await using var peer = new ScriptedHttpPeer(ScriptedHttpPeer.Reply("{\"etcdserver\":\"2.2.5\",\"etcdcluster\":\"2.2.0\"}"), close: false);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        var put = new KvPutOptions { Ttl = TimeSpan.FromSeconds(5), KeepAlive = true };
        Assert.Contains("2.2.5", (await Assert.ThrowsAsync<KvNotSupportedException>(async () => await store.PutAsync("a", "v", put))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_is_answered_with_an_old_change_does_not_spin()
    {
        await using var peer = new ScriptedHttpPeer(
            ScriptedHttpPeer.Reply("{\"action\":\"set\",\"node\":{\"key\":\"/a\",\"value\":\"v\",\"modifiedIndex\":3,\"createdIndex\":3}}"), close: false);
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        await using var watching = RunningWatch.Key(store, "a");
        await watching.NextAsync();
        Assert.IsType<KvUnreachableException>(await watching.EndAsync());
    }
}
