using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>Watches report outages and their end on request.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private static readonly KvWatchOptions Told = new() { Outages = true };

    private EtcdServer _etcd = null!;
    private TcpProxy _proxy = null!;

    static OutageTests() => EtcdStore.Register();

    public static TheoryData<string> Schemes => [EtcdStore.Scheme, EtcdStore.V2Scheme];

    public async ValueTask InitializeAsync()
    {
        _etcd = await EtcdServer.StartAsync(new EtcdServerOptions { EnableV2 = EtcdBinary.KnowsV2, KeepAliveMinTime = TimeSpan.FromMilliseconds(10) });
        _proxy = new TcpProxy(_etcd.Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_etcd is null)
        {
            // There is no etcd here, and the test was skipped.
            return;
        }

        await _proxy.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task An_outage_is_told_once_with_its_reason_and_so_is_its_end(string scheme)
    {
        var (store, writer) = Open(scheme);
        await using var disposeStore = store;
        await using var disposeWriter = writer;
        await writer.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(store, "d", Told);
        var last = (await watching.UntilAsync(e => e.Key == "d/a"))[^1].Revision;
        for (var i = 1; i <= 2; i++)
        {
            _proxy.Refuse();
            var outage = await watching.NextAsync();
            Assert.Equal((KvEventType.Outage, "d", last), (outage.Type, outage.Key, outage.Revision));
            var error = Assert.IsType<KvUnreachableException>(outage.Error);
            Assert.EndsWith(_proxy.Endpoint, error.Endpoint, StringComparison.Ordinal);
            Assert.Contains(_proxy.Endpoint, error.Message, StringComparison.Ordinal);

            var missed = await writer.PutAsync("d/a", $"{i}");
            _proxy.Accept();
            var resumed = await watching.NextAsync();
            Assert.Equal((KvEventType.Resumed, "d", null), (resumed.Type, resumed.Key, resumed.Error));

            // No change is missing or repeated.
            var change = await watching.NextAsync();
            Assert.Equal((KvEventType.Put, $"{i}", missed.Revision), (change.Type, change.Value, change.Revision));
            last = missed.Revision;
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Who_does_not_ask_is_told_of_changes_alone(string scheme)
    {
        var (store, writer) = Open(scheme);
        await using var disposeStore = store;
        await using var disposeWriter = writer;
        await writer.PutAsync("d/a", "0");
        await using var asking = RunningWatch.Tree(store, "d", Told);
        await using var watching = RunningWatch.Tree(store, "d");
        await asking.UntilAsync(e => e.Key == "d/a");
        await watching.UntilAsync(e => e.Key == "d/a");
        _proxy.Refuse();
        await asking.UntilAsync(e => e.Type == KvEventType.Outage);
        _proxy.Accept();
        await writer.PutAsync("d/a", "1");
        Assert.Equal(KvEventType.Put, (await watching.NextAsync()).Type);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Where_the_history_has_changed_during_an_outage_its_end_comes_before_the_new_listing(string scheme)
    {
        var (store, writer) = Open(scheme);
        await using var disposeStore = store;
        await using var disposeWriter = writer;
        await writer.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(store, "d", Told with { Resynchronize = true });
        await watching.UntilAsync(e => e.Key == "d/a");
        _proxy.Refuse();
        Assert.Equal(KvEventType.Outage, (await watching.NextAsync()).Type);
        _etcd.Kill();
        _etcd.ReplaceData();
        await _etcd.StartAgainAsync();
        _proxy.Accept();
        var types = (await watching.UntilAsync(e => e.Type == KvEventType.Resync)).Select(e => e.Type);
        Assert.Equal([KvEventType.Resumed, KvEventType.Resync], types);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Where_the_history_has_changed_during_an_outage_a_watch_ends_that_was_not_to_list_again(string scheme)
    {
        var (store, writer) = Open(scheme);
        await using var disposeStore = store;
        await using var disposeWriter = writer;
        await writer.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(store, "d");
        await watching.UntilAsync(e => e.Key == "d/a");
        _etcd.Kill();
        _etcd.ReplaceData();
        await _etcd.StartAgainAsync();
        Assert.Equal("d", Assert.IsType<KvHistoryChangedException>(await watching.EndAsync()).Key);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_an_outage_long_before_its_timeout()
    {
        var options = new KvStoreOptions { Timeout = TimeSpan.FromMinutes(10), KeepAlive = TimeSpan.FromMilliseconds(200) };
        await using var store = KvStore.Open(_proxy.Address, options);
        await store.PutAsync("d/a", "0");
        await using var watching = RunningWatch.Tree(store, "d", Told);
        await watching.UntilAsync(e => e.Key == "d/a");
        _proxy.Stall();
        Assert.Equal(KvEventType.Outage, (await watching.NextAsync()).Type);
        _proxy.Flow();
        Assert.Equal(KvEventType.Resumed, (await watching.NextAsync()).Type);
    }

    [Fact]
    public async Task A_watch_that_is_left_during_an_outage_leaves_nothing_behind()
    {
        await using var store = KvStore.Open(_proxy.Address);
        await store.PutAsync("d/a", "0");
        await foreach (var seen in store.WatchTreeAsync("d", Told))
        {
            if (seen.Type == KvEventType.Outage)
            {
                break;
            }

            _proxy.Refuse();
        }

        _proxy.Accept();
        Assert.Equal("0", (await store.GetAsync("d/a")).Value);
    }

    private (IKvStore Store, IKvStore Writer) Open(string scheme)
    {
        if (scheme == EtcdStore.V2Scheme)
        {
            EtcdBinary.WithV2(scheme);
        }

        return (KvStore.Open($"{scheme}://{_proxy.Endpoint}"), KvStore.Open($"{scheme}://{_etcd.Endpoint}"));
    }
}
