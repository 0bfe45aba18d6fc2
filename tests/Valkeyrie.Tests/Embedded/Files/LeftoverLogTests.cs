using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Tests.Embedded.Files;

/// <summary>The log of a killed process applies to its own file, and to no other.</summary>
public sealed class LeftoverLogTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    private string Log => _file.Path + "-wal";

    private string Backup => _file.Path + "-backup";

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_backup_beside_the_log_of_a_later_state_is_refused_and_left_as_it_is()
    {
        await FillAsync(_file, "backup");
        File.Copy(_file.Path, Backup);
        await CrashAsync(_file, "later");
        File.Copy(Backup, _file.Path, overwrite: true);
        await RefusedAsync();

        File.Delete(Log);
        Assert.Equal("backup", await ReadAsync());
    }

    [Fact]
    public async Task The_file_of_another_store_beside_a_log_is_refused_and_left_as_it_is()
    {
        using var other = new EmbeddedFile();
        await FillAsync(other, "other");
        await FillAsync(_file, "own");
        await CrashAsync(_file, "later");
        File.Copy(other.Path, _file.Path, overwrite: true);
        await RefusedAsync();
    }

    [Fact]
    public async Task An_older_copy_beside_a_log_that_was_begun_anew_is_refused()
    {
        await FillAsync(_file, "old");
        File.Copy(_file.Path, Backup);
        await CrashAsync(_file, "later", large: true);
        File.Copy(Backup, _file.Path, overwrite: true);
        await RefusedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_file_that_the_log_belongs_to_is_opened_with_all_that_is_in_it(bool large)
    {
        await FillAsync(_file, "first");
        for (var round = 0; round < 3; round++)
        {
            await CrashAsync(_file, $"{round}", large);
            Assert.True(new FileInfo(Log).Length > 0);
            Assert.Equal($"{round}", await ReadAsync());
        }
    }

    [Fact]
    public async Task A_file_moved_together_with_its_log_is_opened_with_all_that_is_in_it()
    {
        await CrashAsync(_file, "moved");
        using var place = new EmbeddedFile();
        File.Move(_file.Path, place.Path);
        File.Move(Log, place.Path + "-wal");
        await using var store = place.Open();
        Assert.Equal("moved", (await store.GetAsync("a")).Value);
    }

    [Fact]
    public async Task A_log_without_its_file_is_refused_and_nothing_is_made()
    {
        await CrashAsync(_file, "gone");
        File.Delete(_file.Path);
        var error = await RefusedAsync();
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_file.Path));
    }

    /// <summary>A process that is killed while it ties a log to the file leaves nothing else in the log.</summary>
    [Fact]
    public async Task A_log_that_was_just_begun_is_no_obstacle()
    {
        await FillAsync(_file, "kept");
        using (var connection = Connection.Open(_file.Path, Patience.Limit))
        {
            connection.Execute("INSERT OR REPLACE INTO properties(name, value) VALUES('log', 1)");
            connection.CloseAsItIs();
        }

        Assert.Equal("kept", await ReadAsync());
    }

    private static async Task FillAsync(EmbeddedFile file, string value)
    {
        await using var store = file.Open();
        await WriteAsync(store, value, large: false);
    }

    // As if the process had been killed: the log remains unchanged.
    private static async Task CrashAsync(EmbeddedFile file, string value, bool large = false)
    {
        await using var store = file.Open();
        await store.PingAsync();
        using var holds = Connection.Open(file.Path, Patience.Limit);
        holds.Scalar("SELECT count(*) FROM pairs");
        await WriteAsync(store, value, large);
        await store.DisposeAsync();
        holds.CloseAsItIs();
    }

    // Large: the log restarts several times.
    private static async Task WriteAsync(IKvStore store, string value, bool large)
    {
        for (var i = 0; large && i < 12; i++)
        {
            await store.PutAsync("large", new byte[5_000_000]);
        }

        for (var i = 0; i < 50; i++)
        {
            await store.PutAsync($"key/{i}", new string('v', 10 * i));
        }

        await store.PutAsync("a", value);
    }

    private async Task<string> ReadAsync()
    {
        await using var store = _file.Open();
        await store.PutAsync("b", "written");
        Assert.Equal(50, await store.CountAsync("key"));
        return (await store.GetAsync("a")).Value;
    }

    private async Task<KvException> RefusedAsync()
    {
        var before = _file.Digests();
        await using var store = _file.Open();
        var error = await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.GetAsync("a"));
        await Refusal.ThrowsAsync(KvErrorCode.CorruptStore, async () => await store.PutAsync("a", ""));
        Assert.Contains(Log, error.Message, StringComparison.Ordinal);
        Assert.Equal(_file.Path, error.Endpoint);
        Assert.Equal(before, _file.Digests());
        return error;
    }
}
