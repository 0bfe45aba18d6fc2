using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>A server that returns with another history: emptied, or in an earlier state. Its revisions are unrelated to those before, and a watch
/// that waits for one of them would never end.</summary>
public sealed class HistoryChangeTests : IAsyncLifetime
{
    private static readonly KvWatchOptions Resynchronizing = new() { Resynchronize = true };

    private EtcdServer _etcd = null!;
    private IKvStore _store = null!;

    static HistoryChangeTests() => EtcdStore.Register();

    public async ValueTask InitializeAsync()
    {
        _etcd = await EtcdServer.StartAsync();
        _store = KvStore.Open(_etcd.Address);
        await _store.PutAsync("d/a", "0");
    }

    public async ValueTask DisposeAsync()
    {
        if (_etcd is null)
        {
            // There is no etcd here, and the test was skipped.
            return;
        }

        await _store.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_of_a_store_that_was_emptied_ends_with_history_changed()
    {
        await using var watching = await WatchAsync();
        await ComeBackAsync(null);
        var error = Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
        Assert.Equal((KvErrorCode.HistoryChanged, "d", _etcd.Address), (error.Code, error.Key, error.Endpoint));
    }

    [Fact]
    public async Task A_watch_of_a_store_that_was_emptied_lists_again_when_asked()
    {
        await using var watching = await WatchAsync(Resynchronizing);
        await ComeBackAsync(null);
        Assert.Equal(KvEventType.Resync, (await watching.NextAsync()).Type);
        await _store.PutAsync("d/new", "1");
        var seen = await watching.NextAsync();
        Assert.Equal(("d/new", "1"), (seen.Key, seen.Value));
    }

    [Fact]
    public async Task A_watch_of_a_store_that_was_set_back_ends_with_history_changed()
    {
        _etcd.Kill();
        using var copy = _etcd.CopyOfData();
        await _etcd.StartAgainAsync();
        await PutAsync("d/lost", 3);
        await using var watching = await WatchAsync();
        await ComeBackAsync(copy.Path);
        Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
    }

    [Fact]
    public async Task A_watch_of_a_store_that_was_set_back_and_has_come_further_since_ends_with_history_changed()
    {
        // A restart begins another term, which is then the only sign.
        await RestartAsync();
        await RestartAsync();
        await using var proxy = new TcpProxy(_etcd.Port);
        await using var store = KvStore.Open(proxy.Address);
        await using var watching = RunningWatch.Tree(store, "d");
        await watching.UntilAsync(e => e.Key == "d/a");
        proxy.Refuse();
        await ComeBackAsync(null);
        await PutAsync("d/other", 20);
        proxy.Accept();
        Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_of_a_store_that_was_restored_as_another_cluster_notices(bool resynchronize)
    {
        using var restored = _etcd.RestoredSnapshot();
        await using var proxy = new TcpProxy(_etcd.Port);
        await using var store = KvStore.Open(proxy.Address);
        await using var watching = RunningWatch.Tree(store, "d", new KvWatchOptions { Resynchronize = resynchronize });
        await watching.UntilAsync(e => e.Key == "d/a");
        proxy.Refuse();
        await ComeBackAsync(restored.File("data"));
        await PutAsync("d/other", 20);
        proxy.Accept();
        if (resynchronize)
        {
            var events = await watching.NextAsync(3);
            Assert.Equal([(KvEventType.Resync, "d"), (KvEventType.Existing, "d/a"), (KvEventType.Existing, "d/other")], events.Select(e => (e.Type, e.Key)));
        }
        else
        {
            Assert.IsType<KvHistoryChangedException>(await watching.EndAsync());
        }
    }

    [Fact]
    public async Task A_restart_changes_no_history()
    {
        await using var watching = await WatchAsync();
        for (var i = 1; i <= 3; i++)
        {
            await RestartAsync();
            await PutAsync("d/a", 1);
            Assert.Equal(KvEventType.Put, (await watching.NextAsync()).Type);
        }
    }

    [Fact]
    public async Task A_lock_that_was_taken_after_the_state_that_its_store_was_set_back_to_is_lost()
    {
        // Its lease is also that of an earlier lock, so it exists again.
        var options = new KvLockOptions { Ttl = TimeSpan.FromSeconds(12) };
        await using var earlier = await _store.LockAsync("earlier", options);
        _etcd.Kill();
        using var copy = _etcd.CopyOfData();
        await _etcd.StartAgainAsync();
        await using var held = await LockOnceThereAsync("later", options);
        await ComeBackAsync(copy.Path);
        await Patience.UntilAsync(() => held.Lost.IsCancellationRequested, "the loss");
        Assert.False(held.IsHeld);
    }

    [Fact]
    public async Task Who_waits_for_a_lock_gets_it_where_the_store_was_emptied()
    {
        await using var other = KvStore.Open(_etcd.Address);
        await PutAsync("d/more", 5);
        await using var held = await other.LockAsync("lock", new KvLockOptions { Ttl = TimeSpan.FromHours(1) });
        var waiting = _store.LockAsync("lock").AsTask();
        await Patience.UntilAsync(async () => (await _etcd.Gateway.KeysAsync("lock")).Count == 2, "its place in the queue");
        await ComeBackAsync(null);
        await using var taken = await waiting.WaitAsync(Patience.Limit);
        Assert.True(taken.IsHeld);
    }

    [Fact]
    public async Task Endpoints_of_two_clusters_are_told_before_they_are_mixed_for_long()
    {
        await using var stranger = await EtcdServer.StartAsync();
        await using var store = KvStore.Open($"{_etcd.Address},{stranger.Endpoint}");
        var error = await Assert.ThrowsAsync<KvHistoryChangedException>(async () =>
        {
            await store.PingAsync();
            await store.PingAsync();
        });
        Assert.Contains(_etcd.Endpoint, error.Message, StringComparison.Ordinal);
        Assert.Contains(stranger.Endpoint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_whose_server_was_replaced_goes_on_being_of_use()
    {
        await ComeBackAsync(null);
        await PutAsync("d/new", 1);
        Assert.Equal(["d/new"], await _store.KeysAsync("d"));
        Assert.Equal(["0"], (await _store.ListAllAsync("d")).Select(p => p.Value));
    }

    /// <summary>Begins a watch that has seen the newest revision.</summary>
    private async Task<RunningWatch> WatchAsync(KvWatchOptions? options = null)
    {
        var watching = RunningWatch.Tree(_store, "d", options);
        await watching.UntilAsync(e => e.Key == "d/a");
        return watching;
    }

    private async Task ComeBackAsync(string? data)
    {
        _etcd.Kill();
        _etcd.ReplaceData(data);
        await _etcd.StartAgainAsync();
    }

    private async Task RestartAsync()
    {
        _etcd.Kill();
        await _etcd.StartAgainAsync();
    }

    /// <summary>Writes to the current server, however long the store needs to reach it again.</summary>
    private async Task PutAsync(string key, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await _store.PutAsync(key, "0")) is null, "a write");
        }
    }

    private async Task<KvLock> LockOnceThereAsync(string key, KvLockOptions options)
    {
        await PutAsync("d/there", 1);
        return await _store.LockAsync(key, options);
    }
}
