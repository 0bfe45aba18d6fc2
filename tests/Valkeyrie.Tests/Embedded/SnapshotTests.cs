using System.Globalization;
using Valkeyrie.Embedded;
using Valkeyrie.Tests.Engine;

namespace Valkeyrie.Tests.Embedded;

/// <summary>Snapshots: the whole store at one revision, in a file that is a store.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    private string Snapshot => Path.Combine(_file.Folder, "snapshot.db");

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snapshot_is_a_store_with_all_that_there_was(bool inMemory)
    {
        await using var store = inMemory ? EmbeddedStore.OpenInMemory() : _file.Open();
        var first = await store.PutAsync("a", "1");
        await store.PutAsync("a", "2");
        await store.PutAsync("large", new byte[3_000_000]);
        var lease = await store.GetCapability<IKvLeases>().GrantLeaseAsync(TimeSpan.FromHours(1));
        await store.PutAsync("leased", "3", new KvPutOptions { LeaseId = lease.Id });
        var snapshot = await SaveAsync(store);
        var last = await store.PutAsync("a", "later");

        Assert.Equal((last.Revision - 1, new FileInfo(Snapshot).Length), (snapshot.Revision, snapshot.Size));
        await using var restored = EmbeddedStore.Open(Snapshot);
        Assert.Equal(snapshot.Revision, (await restored.PingAsync()).Revision);
        Assert.Equal(["a", "large", "leased"], await restored.KeysAsync(KvRange.All));
        Assert.Equal("2", (await restored.GetAsync("a")).Value);
        Assert.Equal("1", (await restored.GetAsync("a", new KvReadOptions { Revision = first.Revision })).Value);
        Assert.Equal(3_000_000, (await restored.GetAsync("large")).GetBytes().Length);
        Assert.Equal(["leased"], (await restored.GetCapability<IKvLeases>().GetLeaseAsync(lease.Id)).Keys);
        Assert.Equal(last.Revision, (await restored.PutAsync("b", "")).Revision);
    }

    [Fact]
    public async Task A_snapshot_is_one_file_and_none_is_left_beside_it()
    {
        await using (var store = _file.Open())
        {
            await store.PutAsync("a", "1");
            await SaveAsync(store);
            Assert.Equal(["snapshot.db", "store.db", "store.db-shm", "store.db-wal"], Directory.GetFiles(_file.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }

        using var folder = new TemporaryFolder();
        File.Copy(Snapshot, folder.File("store.db"));
        await using var copy = EmbeddedStore.Open(folder.File("store.db"));
        Assert.Equal("1", (await copy.GetAsync("a")).Value);
    }

    [Fact]
    public async Task A_snapshot_shows_one_revision_while_other_processes_write()
    {
        await using var store = _file.Open();
        await store.PutAsync("large", new byte[20_000_000]);
        await using var worker = Worker.Start("transactions", _file.Path, "1");
        for (var round = 0; round < 5; round++)
        {
            var acknowledged = int.Parse((await worker.ReadAsync())!, CultureInfo.InvariantCulture);
            var snapshot = await SaveAsync(store);
            await using var restored = EmbeddedStore.Open(Snapshot);
            Assert.Equal(snapshot.Revision, (await restored.PingAsync()).Revision);
            var first = (await restored.ListAllAsync("a")).Select(p => BitConverter.ToInt32(p.GetBytes())).ToHashSet();
            Assert.Equal(first, (await restored.ListAllAsync("b")).Select(p => BitConverter.ToInt32(p.GetBytes())).ToHashSet());
            Assert.Contains(acknowledged, first);
        }

        worker.Kill();
    }

    [Fact]
    public async Task A_snapshot_whose_destination_fails_leaves_nothing()
    {
        await using var store = _file.Open();
        await store.PutAsync("a", new byte[1_000_000]);
        var full = new MemoryStream(new byte[1000]);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(full));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_leaves_nothing()
    {
        await using var store = _file.Open();
        await store.PutAsync("a", new byte[10_000_000]);
        using var giveUp = new CancellationTokenSource();
        var options = new KvSnapshotOptions { Progress = _ => giveUp.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(Stream.Null, options, giveUp.Token));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_snapshot_tells_how_far_it_is()
    {
        await using var store = _file.Open();
        await store.PutAsync("a", new byte[5_000_000]);
        var told = new List<KvSnapshotProgress>();
        var snapshot = await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(Stream.Null, new KvSnapshotOptions { Progress = told.Add });
        Assert.Equal(new KvSnapshotProgress(snapshot.Size, snapshot.Size), told[^1]);
        Assert.Equal(told.Select(t => t.Written).Order(), told.Select(t => t.Written));
    }

    [Fact]
    public async Task A_snapshot_beside_a_log_that_was_left_is_refused()
    {
        await using (var store = _file.Open())
        {
            await store.PingAsync();
            using var holds = Valkeyrie.Embedded.Sqlite.Connection.Open(_file.Path, Patience.Limit);
            holds.Scalar("SELECT count(*) FROM sqlite_schema");
            await store.PutAsync("a", "1");
            await SaveAsync(store);
            await store.PutAsync("a", "2");
            await store.DisposeAsync();
            holds.CloseAsItIs();
        }

        File.Move(Snapshot, _file.Path, overwrite: true);
        await using (var beside = _file.Open())
        {
            await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await beside.GetAsync("a"));
        }

        File.Delete(_file.Path + "-wal");
        await using var restored = _file.Open();
        Assert.Equal("1", (await restored.GetAsync("a")).Value);
    }

    [Fact]
    public async Task A_store_whose_engine_has_no_snapshots_says_so()
    {
        await using IKvStore store = new RevisionedStore(new ScriptedEngine());
        var error = await Assert.ThrowsAsync<KvNotSupportedException>(async () => await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(Stream.Null));
        Assert.Contains("snapshots", error.Message, StringComparison.Ordinal);
    }

    private async Task<KvSnapshot> SaveAsync(IKvStore store)
    {
        await using var file = File.Create(Snapshot);
        return await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(file);
    }

    private void AssertNothingLeft() => Assert.Empty(Directory.GetFiles(_file.Folder, "*.tmp"));
}
