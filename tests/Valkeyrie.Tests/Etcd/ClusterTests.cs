using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd;

/// <summary>A cluster of three whose members die, fall silent and return. The tests run one after another, because they share it.</summary>
public sealed class ClusterTests(ClusterTests.Cluster fixture) : IClassFixture<ClusterTests.Cluster>
{
    private readonly string _root = $"cluster-{Guid.NewGuid():n}";

    private EtcdCluster Etcd => fixture.Etcd;

    [Fact]
    public async Task Calls_are_spread_over_the_members()
    {
        await using var store = Open();
        var answered = new HashSet<string>();
        for (var i = 0; i < 3 * EtcdCluster.Size; i++)
        {
            answered.Add((await store.PingAsync()).Endpoint);
        }

        Assert.Equal(EtcdCluster.Size, answered.Count);
    }

    [Fact]
    public async Task Killed_members_one_after_the_other_are_not_noticed_by_readers_and_watches()
    {
        await using var store = Open();
        await using var writer = Open();
        await store.PutAsync(At("k"), "begun");
        await using var watching = RunningWatch.Key(store, At("k"));
        await watching.NextAsync();
        var written = new List<string>();
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            Etcd.Kill(member);
            for (var i = 0; i < 10; i++)
            {
                await WriteAsync(writer, $"{member}.{i}", written);
                Assert.Equal(written[^1], (await store.GetAsync(At("k"))).Value);
            }

            await Etcd.RestartAsync(member);
        }

        // Each value was written until it was acknowledged, so one may have been written more than once; none is missing or out of order.
        var seen = (await watching.UntilAsync(e => e.Value == written[^1])).Select(e => e.Value).ToList();
        Assert.Equal(written, seen.Distinct());
        Assert.Equal(seen, seen.OrderBy(written.IndexOf));
    }

    [Fact]
    public async Task A_silent_member_is_passed_over()
    {
        Signals.Need();
        await using var store = Open();
        await store.PutAsync(At("k"), "v");
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            Etcd.Suspend(member);
            try
            {
                for (var i = 0; i < 5; i++)
                {
                    Assert.Equal("v", (await store.GetAsync(At("k"))).Value);
                }
            }
            finally
            {
                Etcd.Resume(member);
            }

            await Etcd.WaitUntilReadyAsync(member);
        }
    }

    [Fact]
    public async Task A_lock_outlasts_the_death_of_any_member()
    {
        await using var store = Open();
        await using var other = Open();
        await using var held = await store.LockAsync(At("lock"), new KvLockOptions { Ttl = TimeSpan.FromSeconds(30) });
        for (var member = 0; member < EtcdCluster.Size; member++)
        {
            Etcd.Kill(member);
            await other.TryGetAsync(At("k"));
            Assert.True(held.IsHeld);
            await Etcd.RestartAsync(member);
        }

        Assert.True(held.IsHeld);
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await other.LockAsync(At("lock"), new KvLockOptions { Timeout = TimeSpan.Zero }));
    }

    [Fact]
    public async Task Without_a_majority_calls_end_with_a_typed_error_within_the_timeout_and_go_on_when_it_is_back()
    {
        await using var store = Open(new KvStoreOptions { Timeout = TimeSpan.FromSeconds(3) });
        await store.PutAsync(At("k"), "v");
        Etcd.Kill(1);
        Etcd.Kill(2);
        var put = await Assert.ThrowsAnyAsync<KvException>(async () => await store.PutAsync(At("k"), "w").AsTask().WaitAsync(Patience.Limit));
        Assert.True(put.Code is KvErrorCode.TimedOut or KvErrorCode.Unreachable);
        var get = await Assert.ThrowsAnyAsync<KvException>(async () => await store.GetAsync(At("k")).AsTask().WaitAsync(Patience.Limit));
        Assert.True(get.Code is KvErrorCode.TimedOut or KvErrorCode.Unreachable);

        // A read that accepts stale data still works.
        Assert.NotNull(await store.TryGetAsync(At("k"), new KvReadOptions { Serializable = true }));

        await Task.WhenAll(Etcd.RestartAsync(1), Etcd.RestartAsync(2));
        await Etcd.WaitUntilReadyAsync(0);
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.PutAsync(At("k"), "x")) is null, "a write");
        Assert.Equal("x", (await store.GetAsync(At("k"))).Value);
    }

    private static async Task WriteAsync(IKvStore store, string value, List<string> written, string key)
    {
        while (await Record.ExceptionAsync(async () => await store.PutAsync(key, value)) is { } error)
        {
            Assert.IsAssignableFrom<KvException>(error);
        }

        written.Add(value);
    }

    private Task WriteAsync(IKvStore store, string value, List<string> written) => WriteAsync(store, value, written, At("k"));

    private IKvStore Open(KvStoreOptions? options = null)
    {
        EtcdStore.Register();
        return KvStore.Open(Etcd.Address, options);
    }

    private string At(string name) => $"{_root}/{name}";

    /// <summary>The cluster, started once for the class.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private EtcdCluster? _etcd;

        internal EtcdCluster Etcd => EtcdBinary.Started(_etcd);

        public async ValueTask InitializeAsync() => _etcd = EtcdBinary.IsInstalled ? await EtcdCluster.StartAsync() : null;

        public ValueTask DisposeAsync() => _etcd?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
