using Valkeyrie.Etcd;
using Valkeyrie.Tests.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Several endpoints, some of which are dead or silent: the others serve.</summary>
public sealed class FailoverTests(SharedEtcd etcd)
{
    private readonly string _key = $"failover-{Guid.NewGuid():n}";

    static FailoverTests() => EtcdStore.Register();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_endpoint_is_not_noticed(bool deadFirst)
    {
        var dead = $"127.0.0.1:{LoopbackPorts.Take()}";
        await using var store = KvStore.Open("etcd://" + (deadFirst ? $"{dead},{etcd.Server.Endpoint}" : $"{etcd.Server.Endpoint},{dead}"));
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync(_key, $"{i}");
            Assert.Equal($"{i}", (await store.GetAsync(_key)).Value);
        }

        await using var held = await store.LockAsync(_key);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_silent_endpoint_is_passed_over_within_the_timeout()
    {
        await using var silent = new TcpProxy(etcd.Server.Port);
        silent.Stall();
        await using var store = KvStore.Open($"etcd://{silent.Endpoint},{etcd.Server.Endpoint}");
        for (var i = 0; i < 6; i++)
        {
            await store.PutAsync(_key, $"{i}");
            Assert.Equal($"{i}", (await store.GetAsync(_key)).Value);
        }
    }

    [Fact]
    public async Task An_endpoint_that_falls_silent_later_is_passed_over_by_reads()
    {
        await using var silent = new TcpProxy(etcd.Server.Port);
        await using var store = KvStore.Open($"etcd://{silent.Endpoint},{etcd.Server.Endpoint}");
        await store.PutAsync(_key, "v");
        await store.PutAsync(_key, "v");
        silent.Stall();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("v", (await store.GetAsync(_key)).Value);
        }
    }

    [Fact]
    public async Task An_endpoint_that_dies_in_the_middle_is_passed_over()
    {
        await using var mortal = new TcpProxy(etcd.Server.Port);
        await using var store = KvStore.Open($"etcd://{mortal.Endpoint},{etcd.Server.Endpoint}");
        await store.PutAsync(_key, "0");
        await using var watching = RunningWatch.Key(store, _key);
        await watching.NextAsync();
        await store.PingAsync();
        mortal.Refuse();
        for (var i = 1; i <= 10; i++)
        {
            Assert.NotNull(await store.TryGetAsync(_key));
            await store.PutAsync(_key, $"{i}");
            Assert.Equal($"{i}", (await watching.NextAsync()).Value);
        }
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_is_used_again()
    {
        await using var proxy = new TcpProxy(etcd.Server.Port);
        proxy.Refuse();
        await using var store = KvStore.Open($"etcd://{proxy.Endpoint},{etcd.Server.Endpoint}");
        for (var i = 0; i < 4; i++)
        {
            await store.PingAsync();
        }

        proxy.Accept();
        await Patience.UntilAsync(async () => (await store.PingAsync()).Endpoint.EndsWith(proxy.Endpoint, StringComparison.Ordinal), "an answer from it");
    }

    [Fact]
    public async Task Where_all_are_dead_the_store_is_unreachable()
    {
        await using var store = KvStore.Open($"etcd://127.0.0.1:{LoopbackPorts.Take()},127.0.0.1:{LoopbackPorts.Take()}");
        var error = await Assert.ThrowsAsync<KvUnreachableException>(async () => await store.PutAsync(_key, "v").AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(KvUnreachableReason.ConnectionFailed, error.Reason);
    }
}
