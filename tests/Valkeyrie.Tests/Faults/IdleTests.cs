using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Idle connections through a device that silently drops them.</summary>
public sealed class IdleTests : IAsyncLifetime
{
    private static readonly KvStoreOptions Options = new() { KeepAlive = TimeSpan.FromMilliseconds(500), Timeout = Patience.Limit };

    private EtcdServer _etcd = null!;
    private TcpProxy _proxy = null!;
    private IKvStore _near = null!;
    private IKvStore _far = null!;

    public async ValueTask InitializeAsync()
    {
        EtcdStore.Register();
        _etcd = await EtcdServer.StartAsync(new EtcdServerOptions { KeepAliveMinTime = TimeSpan.FromMilliseconds(10) });
        _proxy = new TcpProxy(_etcd.Port);
        _near = KvStore.Open(_etcd.Address);
        _far = KvStore.Open(_proxy.Address, Options);
    }

    public async ValueTask DisposeAsync()
    {
        await _far.DisposeAsync();
        await _near.DisposeAsync();
        await _proxy.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task An_idle_watch_notices_within_its_keep_alive_time_that_its_connection_was_dropped_silently()
    {
        await _near.PutAsync("k", "before");
        await using var watching = RunningWatch.Key(_far, "k");
        Assert.Equal("before", (await watching.NextAsync()).Value);
        _proxy.Forget();
        await _near.PutAsync("k", "meanwhile");
        Assert.Equal("meanwhile", (await watching.NextAsync()).Value);
        Assert.Equal(2, _proxy.Accepted);
    }

    [Fact]
    public async Task A_watch_that_is_only_idle_keeps_its_connection()
    {
        await _near.PutAsync("k", "before");
        await using var watching = RunningWatch.Key(_far, "k");
        await watching.NextAsync();

        // Not a wait for an event: a test that something does not happen needs time.
        await Task.Delay(Options.KeepAlive * 6);
        await _near.PutAsync("k", "after");
        Assert.Equal("after", (await watching.NextAsync()).Value);
        Assert.Equal(1, _proxy.Accepted);
    }

    [Fact]
    public async Task The_first_call_after_an_idle_time_is_answered_though_its_connection_was_dropped_silently()
    {
        await _far.PutAsync("k", "v");
        _proxy.Forget();

        // The test is about the idle time.
        await Task.Delay(Options.KeepAlive * 2);

        // Without the ping that accompanies it, it would wait for its whole timeout.
        Assert.Equal("v", (await _far.GetAsync("k")).Value);
        Assert.Equal(2, _proxy.Accepted);
    }

    [Fact]
    public async Task A_dropped_connection_is_given_up_though_its_calls_time_out_one_by_one()
    {
        var hasty = Options with { Timeout = TimeSpan.FromMilliseconds(100) };
        await using var store = KvStore.Open(_proxy.Address, hasty);
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.PutAsync("k", "v")) is null, "a first write");
        var before = _proxy.Accepted;
        _proxy.Forget();
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.PutAsync("k", "w")) is null, "a write on another connection");
        Assert.InRange(_proxy.Accepted, before + 1, int.MaxValue);
    }
}
