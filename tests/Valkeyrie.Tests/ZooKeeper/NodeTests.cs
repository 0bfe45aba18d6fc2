using Valkeyrie.ZooKeeper;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Other programs' nodes as the store sees them, and the store's nodes as others see them.</summary>
public sealed class NodeTests(SharedZooKeeper shared) : IAsyncDisposable
{
    private readonly IKvStore _store = new ZooKeeperRig(shared.Server).Open();
    private readonly Session _other = Sessions.Open(shared.Server.Endpoint);
    private readonly string _root = $"nodes-{Guid.NewGuid():n}";

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_node_without_data_is_no_pair_and_one_with_empty_data_is()
    {
        await _store.PutAsync($"{_root}/a/b", "");
        Assert.Null(await _store.TryGetAsync(_root));
        Assert.False(await _store.ExistsAsync($"{_root}/a"));
        Assert.Null((await _other.CallAsync(new GetDataRequest($"/{_root}/a", synced: true))).Value!.Bytes);
        Assert.Equal("", (await _store.GetAsync($"{_root}/a/b")).Value);
        Assert.Equal([$"{_root}/a/b"], await _store.KeysAsync(_root));
        Assert.False(await _store.TryDeleteAsync($"{_root}/a"));
        Assert.Equal(KvWriteOutcome.Written, (await _store.TryAtomicPutAsync($"{_root}/a", "now a pair".Bytes(), 0)).Outcome);
        Assert.Equal([$"{_root}/a", $"{_root}/a/b"], await _store.KeysAsync(_root));
    }

    [Fact]
    public async Task A_pair_with_others_below_it_is_removed_and_they_stay()
    {
        await _store.PutAllAsync($"{_root}/a", $"{_root}/a/b");
        await _store.DeleteAsync($"{_root}/a");
        Assert.Equal([$"{_root}/a/b"], await _store.KeysAsync(_root));
        var last = await _store.GetAsync($"{_root}/a/b");
        Assert.True((await _store.TryAtomicDeleteAsync($"{_root}/a/b", last.Revision)).Written);
        Assert.Empty((await _other.CallAsync(new GetChildrenRequest($"/{_root}/a", synced: true))).Value!.Names);
    }

    [Fact]
    public async Task A_parent_that_another_client_made_with_data_is_a_pair()
    {
        await _other.CallAsync(new CreateRequest($"/{_root}", "theirs".Bytes(), CreateMode.Persistent, AccessEntry.Open));
        await _store.PutAsync($"{_root}/a", "");
        Assert.Equal("theirs", (await _store.GetAsync(_root)).Value);
        Assert.Equal([$"{_root}/a"], await _store.KeysAsync(_root));
    }

    [Fact]
    public async Task Nothing_is_written_below_a_key_that_is_kept_alive_and_the_error_says_why()
    {
        await _store.PutAsync($"{_root}/alive", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(5), KeepAlive = true });
        var refused = await Assert.ThrowsAsync<KvNotDirectoryException>(async () => await _store.PutAsync($"{_root}/alive/below", ""));
        Assert.Contains("ephemeral", refused.Message, StringComparison.Ordinal);
        Assert.Equal($"{_root}/alive", refused.Key);
    }

    [Fact]
    public async Task A_key_with_others_below_it_takes_no_time_to_live_and_the_error_says_why()
    {
        await _store.PutAllAsync($"{_root}/a", $"{_root}/a/b");
        foreach (var keepAlive in new[] { false, true })
        {
            var options = new KvPutOptions { Ttl = TimeSpan.FromSeconds(5), KeepAlive = keepAlive };
            var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await _store.PutAsync($"{_root}/a", "", options));
            Assert.Contains("keys below it", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_write_changes_the_kind_of_a_key_in_one_step()
    {
        var key = $"{_root}/k";
        await _store.PutAsync(key, "plain");
        var timed = await _store.PutAsync(key, "timed", new KvPutOptions { Ttl = TimeSpan.FromHours(1) });
        Assert.NotNull((await _store.GetAsync(key)).LeaseId);
        Assert.Equal(timed.Revision, (await _store.GetAsync(key)).Revision);
        var kept = await _store.PutAsync(key, "kept", new KvPutOptions { Ttl = TimeSpan.FromSeconds(5), KeepAlive = true });
        Assert.NotEqual(0, (await _other.CallAsync(new ExistsRequest("/" + key, synced: true))).Value.SessionId);
        var plain = await _store.AtomicPutAsync(key, "plain again".Bytes(), kept.Revision);
        Assert.Equal(0, (await _other.CallAsync(new ExistsRequest("/" + key, synced: true))).Value.SessionId);
        var stays = await _store.PutAsync(key, "stays");
        Assert.Null(stays.LeaseId);
        Assert.True(timed.Revision < kept.Revision && kept.Revision < plain.Revision && plain.Revision < stays.Revision);
    }

    [Fact]
    public async Task Without_extended_types_a_time_to_live_alone_is_not_supported_and_the_error_says_what_to_switch_on()
    {
        await using var server = await ZooKeeperServer.StartAsync();
        await using var store = new ZooKeeperRig(server).Open();
        var refused = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await store.PutAsync("a", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(5) }));
        Assert.Contains("extendedTypesEnabled", refused.Message, StringComparison.Ordinal);
        Assert.False(await store.ExistsAsync("a"));
        await store.PutAsync("a", "", new KvPutOptions { Ttl = TimeSpan.FromSeconds(5), KeepAlive = true });
    }

    [Fact]
    public async Task Below_a_chroot_nothing_else_is_seen_or_touched()
    {
        await _store.PutAsync($"{_root}/outside", "");
        await using var inside = KvStore.Open($"{ZooKeeperRig.AddressOf(shared.Server)}/{_root}/chroot/deep");
        await inside.PutAsync("a/b", "in");
        Assert.Equal(["a/b"], await inside.KeysAsync(KvRange.All));
        Assert.Equal("in", (await _store.GetAsync($"{_root}/chroot/deep/a/b")).Value);
        Assert.Equal(1, await inside.TryDeleteTreeAsync(KvRange.All));
        Assert.True(await _store.ExistsAsync($"{_root}/outside"));
    }

    [Fact]
    public async Task With_access_for_the_creator_others_are_refused()
    {
        var credential = new KvCredential("alice", "secret");
        await using var alice = KvStore.Open($"{ZooKeeperRig.AddressOf(shared.Server)}?access=creator", new KvStoreOptions { Credential = credential });
        await alice.PutAsync($"{_root}/own", "mine");
        Assert.Equal("mine", (await alice.GetAsync($"{_root}/own")).Value);
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await _store.GetAsync($"{_root}/own"));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await _store.PutAsync($"{_root}/own", ""));
    }

    [Fact]
    public async Task The_lock_waits_for_contenders_of_Curators_recipe_and_they_for_it()
    {
        var directory = $"/{_root}___lock";
        await using var mine = await _store.LockAsync(_root);

        // The names of nodes in Curator's InterProcessMutex and the lock of Go's client.
        var curator = await _other.CallAsync(new CreateRequest($"{directory}/_c_{Guid.NewGuid()}-lock-", "10.0.0.1".Bytes(), CreateMode.EphemeralSequential, AccessEntry.Open));
        var names = (await _other.CallAsync(new GetChildrenRequest(directory, synced: true))).Value!.Names;

        // Curator orders by the text after the last "lock-".
        Assert.Equal(curator.Value!.Path.Split('/')[^1], names.MaxBy(n => n[(n.LastIndexOf("lock-", StringComparison.Ordinal) + 5)..], StringComparer.Ordinal));
        Assert.Equal(2, names.Length);
        Assert.Empty(await _store.ListAllAsync(KvRange.Prefix(_root)));

        await mine.UnlockAsync();
        await Assert.ThrowsAsync<KvCannotLockException>(async () => await _store.LockAsync(_root, new KvLockOptions { Timeout = TimeSpan.Zero }));
        var waiting = _store.LockAsync(_root).AsTask();
        await _other.CallAsync(new DeleteRequest(curator.Value.Path));
        await using var again = await waiting.WaitAsync(Patience.Limit);
        Assert.True(again.FencingToken > curator.Value.Stat.Czxid);
    }

    [Fact]
    public async Task A_watch_of_a_server_that_was_emptied_says_that_the_history_is_another()
    {
        await using var server = await ZooKeeperServer.StartAsync();
        await using var store = KvStore.Open(ZooKeeperRig.AddressOf(server), new KvStoreOptions { Timeout = TimeSpan.FromSeconds(2) });
        for (var i = 0; i < 100; i++)
        {
            await store.PutAsync("d/a", $"{i}");
        }

        await using var ends = RunningWatch.Tree(store, "d");
        await using var goesOn = RunningWatch.Tree(store, "d", new KvWatchOptions { Resynchronize = true });
        await ends.NextAsync();
        await goesOn.NextAsync();
        server.Kill();
        server.Empty();
        await server.StartAgainAsync();
        Assert.IsType<KvHistoryChangedException>(await ends.EndAsync());
        await goesOn.UntilAsync(e => e.Type == KvEventType.Resync);
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.PutAsync("d/b", "")) is null, "a write to the new history");
        await goesOn.UntilAsync(e => e.Key == "d/b");
    }

    [Fact]
    public async Task Each_member_tells_whether_it_leads()
    {
        await using var ensemble = await ZooKeeperEnsemble.StartAsync();
        await using var store = KvStore.Open($"{ZooKeeperStore.Scheme}://{string.Join(',', ensemble.Members.Select(m => $"127.0.0.1:{m.Port}"))}");
        var statuses = new List<KvEndpointStatus>();
        await foreach (var status in store.GetCapability<IKvEndpoints>().CheckEndpointsAsync())
        {
            statuses.Add(status);
        }

        Assert.Equal(3, statuses.Count);
        Assert.All(statuses, s => Assert.True(s.IsReachable && s.Latency > TimeSpan.Zero && s.Version.StartsWith("3.", StringComparison.Ordinal)));
        Assert.Equal(1, statuses.Count(s => s.IsLeader == true));
        Assert.StartsWith("3.", (await store.PingAsync()).Version, StringComparison.Ordinal);
    }
}
