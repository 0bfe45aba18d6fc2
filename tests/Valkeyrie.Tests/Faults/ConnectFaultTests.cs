using Valkeyrie.Etcd;
using Valkeyrie.Tests.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Unreachable endpoints: the error names the cause and the endpoint.</summary>
public sealed class ConnectFaultTests(SharedEtcd etcd)
{
    static ConnectFaultTests() => EtcdStore.Register();

    [Fact]
    public async Task An_unknown_host_is_name_not_found()
    {
        var error = await PingAsync("etcd://no-such-host.invalid:2379");
        Assert.Equal(KvUnreachableReason.NameNotFound, error.Reason);
        Assert.Contains("no-such-host.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_connection_failed()
    {
        var port = LoopbackPorts.Take();
        var error = await PingAsync($"etcd://127.0.0.1:{port}");
        Assert.Equal(KvUnreachableReason.ConnectionFailed, error.Reason);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", error.Endpoint, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Conformance.EveryCall.OnPaths), MemberType = typeof(Conformance.EveryCall))]
    public async Task Every_call_to_a_closed_port_is_unreachable(string call)
    {
        await using var store = KvStore.Open($"etcd://127.0.0.1:{LoopbackPorts.Take()}");
        var error = await Assert.ThrowsAsync<KvUnreachableException>(() => Conformance.EveryCall.MakeAsync(call, store, "k").WaitAsync(Patience.Limit));
        Assert.Equal(KvUnreachableReason.ConnectionFailed, error.Reason);
    }

    [Fact]
    public async Task A_store_whose_server_comes_up_later_works_from_then_on()
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        proxy.Refuse();
        await using var store = KvStore.Open(proxy.Address);
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PingAsync());
        proxy.Accept();
        Assert.NotEmpty((await store.PingAsync()).Version);
    }

    [Fact]
    public async Task A_write_to_a_port_that_keeps_silent_is_a_timeout_and_was_not_made()
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        proxy.Stall();
        await using var store = KvStore.Open(proxy.Address, new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        var error = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("a", "v"));
        Assert.DoesNotContain("may have been made", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_does_not_come_may_have_been_made()
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        await using var store = KvStore.Open(proxy.Address, new KvStoreOptions { Timeout = TimeSpan.FromSeconds(1) });
        await store.PingAsync();
        proxy.StallAnswers();
        var write = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("a", "v"));
        Assert.Contains("may have been made", write.Message, StringComparison.Ordinal);
        var read = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.GetAsync("a"));
        Assert.DoesNotContain("may have been made", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_to_a_plain_port_is_a_TLS_error()
    {
        var error = await PingAsync($"etcds://{etcd.Server.Endpoint}");
        Assert.Equal(KvUnreachableReason.Tls, error.Reason);
        Assert.Contains(etcd.Server.Endpoint, error.Message, StringComparison.Ordinal);
    }

    private static async Task<KvUnreachableException> PingAsync(string address)
    {
        await using var store = KvStore.Open(address);
        return await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PingAsync().AsTask().WaitAsync(Patience.Limit));
    }
}
