using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd;

/// <summary>The behavior of a store while the connection to the server breaks and returns.</summary>
public sealed class BrokenConnectionTests(SharedEtcd etcd) : IAsyncLifetime
{
    private readonly string _root = $"broken-{Guid.NewGuid():n}";
    private readonly TcpProxy _proxy = new(etcd.Server.Port);
    private IKvStore _near = null!;
    private IKvStore _far = null!;

    public ValueTask InitializeAsync()
    {
        EtcdStore.Register();
        _near = KvStore.Open(etcd.Server.Address);
        _far = KvStore.Open(_proxy.Address);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _far.DisposeAsync();
        await _near.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_survives_broken_connections_without_gap_or_repeat()
    {
        const int Writes = 600;
        const int CutEvery = 50;
        await _near.PutAsync(At("k"), "begun");
        await using var watching = RunningWatch.Tree(_far, _root);
        await watching.NextAsync();
        for (var i = 0; i < Writes; i++)
        {
            await _near.PutAsync(At($"k{i % 7}"), $"{i}");
            if (i % CutEvery == CutEvery / 2)
            {
                _proxy.Cut();
            }
        }

        Assert.Equal(Enumerable.Range(0, Writes).Select(i => $"{i}"), (await watching.NextAsync(Writes)).Select(e => e.Value));
        Assert.InRange(_proxy.Accepted, 2, int.MaxValue);
    }

    [Fact]
    public async Task A_watch_outlasts_a_server_that_is_away_for_a_while()
    {
        await _near.PutAsync(At("k"), "begun");
        await using var watching = RunningWatch.Tree(_far, _root, new KvWatchOptions { Outages = true });
        await watching.NextAsync();
        _proxy.Refuse();
        for (var i = 0; i < 10; i++)
        {
            await _near.PutAsync(At("k"), $"{i}");
        }

        Assert.Equal(KvEventType.Outage, (await watching.NextAsync()).Type);
        _proxy.Accept();
        Assert.Equal(KvEventType.Resumed, (await watching.NextAsync()).Type);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), (await watching.NextAsync(10)).Select(e => e.Value));
    }

    [Fact]
    public async Task A_watch_notices_a_connection_that_has_fallen_silent_and_makes_another()
    {
        await _near.PutAsync(At("k"), "begun");
        await using var watching = RunningWatch.Tree(_far, _root);
        await watching.NextAsync();
        var before = _proxy.Accepted;
        _proxy.Stall();
        await _near.PutAsync(At("k"), "while silent");

        // The keep-alive pings remain unanswered, and the store tries a new connection.
        await Patience.UntilAsync(() => _proxy.Accepted > before, "a new connection");
        _proxy.Flow();
        Assert.Equal("while silent", (await watching.NextAsync()).Value);
        await _near.PutAsync(At("k"), "after");
        Assert.Equal("after", (await watching.NextAsync()).Value);
    }

    [Fact]
    public async Task A_lock_outlasts_a_broken_connection()
    {
        await using var held = await _far.LockAsync(At("lock"));
        for (var i = 0; i < 3; i++)
        {
            _proxy.Cut();
            await _far.TryGetAsync(At("k"));
        }

        Assert.True(held.IsHeld);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await _near.LockAsync(At("lock"), new KvLockOptions { Timeout = TimeSpan.Zero }));
    }

    [Fact]
    public async Task A_wait_for_a_lock_outlasts_a_broken_connection()
    {
        var held = await _near.LockAsync(At("lock"));
        var waiting = _far.LockAsync(At("lock")).AsTask();
        var rig = new EtcdV3Rig(etcd.Server);
        await Patience.UntilAsync(async () => (await rig.LockKeysAsync(_near, At("lock"))).Count == 2, "two contenders");

        // The answer that asked it to wait has arrived before that of a few later calls.
        for (var i = 0; i < 5; i++)
        {
            await _far.TryGetAsync(At("k"));
        }

        _proxy.Cut();
        await held.UnlockAsync();
        await using var next = await waiting.WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task An_unlock_that_cannot_be_sent_is_made_up_for()
    {
        var held = await _far.LockAsync(At("lock"), new KvLockOptions { Ttl = TimeSpan.FromHours(1) });
        _proxy.Refuse();
        await Assert.ThrowsAsync<KvUnreachableException>(async () => await held.UnlockAsync());
        Assert.False(held.IsHeld);
        _proxy.Accept();

        // Long before the lease would expire.
        await using var next = await _near.LockAsync(At("lock")).AsTask().WaitAsync(Patience.Limit);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task Reads_do_not_notice_a_connection_that_broke_between_them()
    {
        await _near.PutAsync(At("k"), "v");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("v", (await _far.GetAsync(At("k"))).Value);
            _proxy.Cut();
        }
    }

    [Fact]
    public async Task A_write_cut_off_is_made_or_not_made_but_never_made_twice()
    {
        const int Writers = 8;
        using var stop = new CancellationTokenSource();
        var made = 0;
        var unclear = 0;
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await _far.PutAsync(At($"w{writer}"), "v");
                    Interlocked.Increment(ref made);
                }
                catch (KvUnreachableException)
                {
                    Interlocked.Increment(ref unclear);
                }
            }
        })).ToList();
        for (var cut = 0; cut < 20; cut++)
        {
            var before = Volatile.Read(ref made);
            await Patience.UntilAsync(() => Volatile.Read(ref made) > before, "writes");
            _proxy.Cut();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        var versions = (await _near.ListAllAsync(_root)).Sum(p => p.Version!.Value);
        Assert.InRange(versions, made, made + unclear);
    }

    [Fact]
    public async Task A_store_closes_while_its_server_is_away()
    {
        await _far.PutAsync(At("k"), "v", new KvPutOptions { Ttl = TimeSpan.FromSeconds(30), KeepAlive = true });
        await _far.LockAsync(At("lock"));
        _proxy.Stall();
        await _far.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
    }

    private string At(string name) => $"{_root}/{name}";
}
