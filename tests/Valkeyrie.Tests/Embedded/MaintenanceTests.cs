using Valkeyrie.Embedded;

namespace Valkeyrie.Tests.Embedded;

/// <summary>The maintenance of an embedded store, in a file that another store has open, and in memory.</summary>
public sealed class MaintenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_status_tells_version_revision_and_space(bool inMemory)
    {
        await using var store = Open(inMemory);
        var pair = await store.PutAsync("a", "1");
        var status = await store.GetCapability<IKvMaintenance>().GetStatusAsync().SingleAsync();
        Assert.Equal(store.Info.Endpoints[0], status.Endpoint);
        Assert.StartsWith("SQLite ", status.Version, StringComparison.Ordinal);
        Assert.Equal(pair.Revision, status.Revision);
        Assert.True(status.DatabaseSize >= status.DatabaseSizeInUse && status.DatabaseSizeInUse > 0);
        Assert.Null(status.Reason);
        Assert.Null(status.MemberId);
        Assert.False(status.IsLeader);
        Assert.Empty(status.Problems);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task History_before_a_revision_is_forgotten_and_what_lies_ahead_or_behind_is_refused(bool inMemory)
    {
        await using var store = Open(inMemory);
        var maintenance = store.GetCapability<IKvMaintenance>();
        var first = await store.PutAsync("a", "1");
        var second = await store.PutAsync("a", "2");
        await store.PutAsync("a", "3");
        await maintenance.CompactAsync(second.Revision);
        await Assert.ThrowsAsync<KvCompactedException>(async () => await store.GetAsync("a", new KvReadOptions { Revision = first.Revision }));
        Assert.Equal("2", (await store.GetAsync("a", new KvReadOptions { Revision = second.Revision })).Value);
        Assert.Equal(second.Revision, (await Assert.ThrowsAsync<KvCompactedException>(async () => await maintenance.CompactAsync(first.Revision))).OldestRevision);
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await maintenance.CompactAsync(1000));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await maintenance.CompactAsync(0));
    }

    [Fact]
    public async Task Space_is_given_back_while_another_store_writes_and_reads_the_file()
    {
        await using var store = Open(inMemory: false);
        await using var other = Open(inMemory: false);
        var maintenance = store.GetCapability<IKvMaintenance>();
        var last = 0L;
        for (var i = 0; i < 400; i++)
        {
            last = (await store.PutAsync($"large/{i}", new byte[20_000])).Revision;
        }

        await store.TryDeleteTreeAsync("large");
        last = (await store.PutAsync("kept", "1")).Revision;
        await maintenance.CompactAsync(last);
        var before = await maintenance.GetStatusAsync().SingleAsync();
        Assert.True(before.DatabaseSizeInUse < before.DatabaseSize, $"{before.DatabaseSizeInUse} of {before.DatabaseSize}");

        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var written = 0;
            do
            {
                await other.PutAsync("beside", $"{++written}");
                Assert.Equal("1", (await other.GetAsync("kept")).Value);
            }
            while (!stop.IsCancellationRequested);
            return written;
        });
        await maintenance.DefragmentAsync(store.Info.Endpoints[0]);
        await stop.CancelAsync();
        Assert.True(await writing > 0);

        var after = await maintenance.GetStatusAsync().SingleAsync();
        Assert.True(after.DatabaseSize < before.DatabaseSize / 4, $"{before.DatabaseSize} -> {after.DatabaseSize}");
        await maintenance.DefragmentAsync(store.Info.Endpoints[0]);
        Assert.True(new FileInfo(store.Info.Endpoints[0]).Length < before.DatabaseSize / 4);
        Assert.Equal("1", (await store.GetAsync("kept")).Value);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_its_file_is_refused()
    {
        await using var store = Open(inMemory: false);
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.GetCapability<IKvMaintenance>().DefragmentAsync("other.db"));
        Assert.Contains(store.Info.Endpoints[0], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_and_its_snapshot_have_the_same_hash_at_a_revision_and_another_value_another_one()
    {
        await using var store = Open(inMemory: false);
        for (var i = 0; i < 3000; i++)
        {
            await store.PutAsync($"k{i}", $"v{i}");
        }

        var before = Assert.Single(await HashesOf(store));
        var copy = _folder.File("copy.db");
        await using (var file = File.Create(copy))
        {
            await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(file);
        }

        await store.PutAsync("k1", "changed");
        var changed = Assert.Single(await HashesOf(store));
        Assert.NotEqual(before.Hash, changed.Hash);
        Assert.Equal(before, Assert.Single(await HashesOf(store, before.Revision)));
        Assert.Null(before.CompactRevision);

        await using var restored = EmbeddedStore.Open(copy);
        Assert.Equal(before with { Endpoint = copy }, Assert.Single(await HashesOf(restored)));
        await store.GetCapability<IKvMaintenance>().CompactAsync(changed.Revision);
        Assert.Equal(changed.Revision, Assert.Single(await HashesOf(store)).CompactRevision);
        await Assert.ThrowsAsync<KvCompactedException>(async () => await HashesOf(store, before.Revision));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await HashesOf(store, changed.Revision + 1));
    }

    [Fact]
    public async Task A_damaged_file_has_no_hash_but_an_error_that_says_so()
    {
        var path = _folder.File("store.db");
        await using (var store = EmbeddedStore.Open(path))
        {
            for (var i = 0; i < 2000; i++)
            {
                await store.PutAsync($"k{i:0000}", new byte[200]);
            }
        }

        await using (var file = File.OpenWrite(path))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            file.Write(new byte[4096]);
        }

        await using var damaged = EmbeddedStore.Open(path);
        Assert.Equal(KvErrorCode.CorruptStore, (await Assert.ThrowsAnyAsync<KvException>(async () => await HashesOf(damaged))).Code);
    }

    [Fact]
    public async Task What_only_a_cluster_has_is_not_supported_and_the_error_names_the_store()
    {
        await using var store = Open(inMemory: true);
        var maintenance = store.GetCapability<IKvMaintenance>();
        foreach (var call in new Func<Task>[] { async () => await maintenance.ListAlarmsAsync(), async () => await maintenance.ClearAlarmAsync(new KvAlarm("1", "NoSpace")) })
        {
            Assert.Contains("memory:", (await Assert.ThrowsAsync<KvNotSupportedException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("memory:", Assert.Throws<KvNotSupportedException>(store.GetCapability<IKvMembers>).Message, StringComparison.Ordinal);
        Assert.Contains("memory:", Assert.Throws<KvNotSupportedException>(store.GetCapability<IKvAccess>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_closed_says_so()
    {
        var store = Open(inMemory: true);
        var maintenance = store.GetCapability<IKvMaintenance>();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await maintenance.GetStatusAsync().ToListAsync());
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await maintenance.GetHashesAsync());
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await maintenance.CompactAsync(1));
        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await maintenance.DefragmentAsync(store.Info.Endpoints[0]));
    }

    private static ValueTask<IReadOnlyList<KvHash>> HashesOf(IKvStore store, long? revision = null) => store.GetCapability<IKvMaintenance>().GetHashesAsync(revision);

    private IKvStore Open(bool inMemory) => inMemory ? EmbeddedStore.OpenInMemory() : EmbeddedStore.Open(_folder.File("store.db"));
}
