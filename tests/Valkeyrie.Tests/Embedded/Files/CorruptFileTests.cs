using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Tests.Embedded.Files;

/// <summary>Files that are not stores are refused by name and remain unchanged.</summary>
public sealed class CorruptFileTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task A_file_of_random_bytes_is_refused_and_left_as_it_is(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(_file.Path, bytes);
        await RefusedAsync();
    }

    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(-4096)]
    [InlineData(-1)]
    public async Task A_truncated_file_is_refused_and_left_as_it_is(int length)
    {
        await FillAsync();
        using (var file = File.OpenWrite(_file.Path))
        {
            file.SetLength(length > 0 ? length : file.Length + length);
        }

        await RefusedAsync();
    }

    [Fact]
    public async Task A_file_cut_off_to_nothing_beside_its_log_is_refused()
    {
        await FillAsync();
        File.WriteAllBytes(_file.Path, []);
        File.WriteAllBytes(_file.Path + "-wal", new byte[8192]);
        await RefusedAsync();
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_is(string journalMode)
    {
        File.WriteAllBytes(_file.Path, []);
        _file.Execute($"PRAGMA journal_mode = {journalMode}", "CREATE TABLE pairs(key TEXT, value TEXT)", "INSERT INTO pairs VALUES('a', 'b')");
        Assert.Contains("another program", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_with_the_advice_to_update()
    {
        await FillAsync();
        _file.Execute($"PRAGMA user_version = {Schema.Newest + 1}");
        Assert.Contains("Update", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_whose_tables_were_taken_away_is_corrupt()
    {
        await FillAsync();
        _file.Execute("DROP TABLE history");
        await using var store = _file.Open();
        var error = await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.PutAsync("a", ""));
        Assert.Contains(_file.Path, error.Message, StringComparison.Ordinal);
    }

    /// <summary>None of them runs: before files were checked, the trigger removed each written key, and the view returned rows that did not exist.</summary>
    [Theory]
    [InlineData("trigger", "CREATE TRIGGER evil AFTER INSERT ON pairs BEGIN DELETE FROM pairs; END")]
    [InlineData("view", "DROP TABLE deleted", "CREATE VIEW deleted AS SELECT CAST('key/1' AS BLOB) AS key, 1 AS position")]
    [InlineData("table", "CREATE TABLE notes(text)")]
    [InlineData("index", "CREATE INDEX slow ON history(abs(position))")]
    public async Task A_file_with_something_in_it_that_is_no_part_of_a_store_is_refused_by_its_name(string kind, params string[] statements)
    {
        await FillAsync();
        _file.Execute(statements);
        var error = await RefusedAsync();
        Assert.Contains($"the {kind} '", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_part_of_a_store_is_refused_in_a_log_too()
    {
        await FillAsync();
        await using var open = _file.Open();
        await open.PutAsync("key/1", "");
        using (var connection = Connection.Open(_file.Path, Patience.Limit))
        {
            connection.Execute("CREATE TRIGGER evil AFTER INSERT ON pairs BEGIN DELETE FROM pairs; END");
        }

        // A process that had the file open before does not run them either.
        await open.PutAsync("key/new", "");
        Assert.Equal(201, await open.CountAsync("key"));
        await using var store = _file.Open();
        var error = await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.PutAsync("key/1", ""));
        Assert.Contains("the trigger 'evil'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_another_form_is_refused()
    {
        await FillAsync();
        _file.Execute("DROP TABLE leases", "CREATE TABLE leases(id INTEGER PRIMARY KEY, seconds INTEGER NOT NULL, deadline INTEGER NOT NULL DEFAULT (random()))");
        await RefusedAsync();
    }

    [Fact]
    public async Task No_trigger_runs_on_a_connection_of_the_store()
    {
        await FillAsync();
        _file.Execute("CREATE TRIGGER evil AFTER INSERT ON pairs BEGIN DELETE FROM pairs; END", "INSERT INTO pairs VALUES(CAST('x' AS BLOB), 1, 1, 1, 0, NULL)");
        Assert.Equal(201, _file.Scalar("SELECT count(*) FROM pairs"));
    }

    [Fact]
    public async Task Bytes_damaged_anywhere_give_a_typed_error_or_none()
    {
        await FillAsync();
        var sound = File.ReadAllBytes(_file.Path);
        var random = new Random(1);
        for (var round = 0; round < 60; round++)
        {
            var damaged = sound.ToArray();
            random.NextBytes(damaged.AsSpan(random.Next(damaged.Length - 64), 64));
            File.WriteAllBytes(_file.Path, damaged);
            File.Delete(_file.Path + "-wal");
            File.Delete(_file.Path + "-shm");
            await using var store = _file.Open();
            Assert.True(await Record.ExceptionAsync(() => UseAsync(store)) is null or KvException);
        }
    }

    [Fact]
    public async Task A_folder_is_no_store()
    {
        await using var store = EmbeddedStore.Open(_file.Folder);
        Assert.Contains(_file.Folder, (await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.PingAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_a_folder_that_is_not_there_is_refused()
    {
        await using var store = EmbeddedStore.Open(Path.Combine(_file.Folder, "none", "store.db"));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.PingAsync());
    }

    private static async Task UseAsync(IKvStore store)
    {
        await store.ListAllAsync("key");
        await store.PutAsync("key/1", "new");
        await store.TryDeleteTreeAsync(KvRange.All);
    }

    private async Task FillAsync()
    {
        await using var store = _file.Open();
        for (var i = 0; i < 200; i++)
        {
            await store.PutAsync($"key/{i}", new string('v', 10 * i));
        }
    }

    private async Task<KvException> RefusedAsync()
    {
        var before = _file.Digests();
        KvException error;
        await using (var store = _file.Open())
        {
            error = await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.TryGetAsync("key/1"));
            await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.PutAsync("key/1", ""));
        }

        Assert.Contains(_file.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(_file.Path, error.Endpoint);
        Assert.Equal(before, _file.Digests());
        return error;
    }
}
