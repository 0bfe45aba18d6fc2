namespace Valkeyrie.Tests.Embedded.Files;

/// <summary>A file that is removed or replaced under an open store: no write that would be lost with it is acknowledged, and running calls end with an
/// error. Windows does not allow this, which is the only promise there.</summary>
public sealed class ReplacedFileTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    public static TheoryData<string> Ways => new("removed", "replaced by a copy", "moved away", "log removed", "log replaced", "shared memory removed", "all moved away");

    [Fact]
    public async Task On_Windows_nobody_removes_renames_or_replaces_a_file_of_an_open_store()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Elsewhere anybody may, and the store notices.");
        var other = Path.Combine(_file.Folder, "other.db");
        File.WriteAllText(other, "");
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        foreach (var path in Names.Select(name => _file.Path + name))
        {
            AssertRefused(() => File.Delete(path));
            AssertRefused(() => File.Move(path, path + "-away"));
            AssertRefused(() => File.Move(other, path, overwrite: true));
        }

        await store.PutAsync("a", "2");
        Assert.Equal("2", (await store.GetAsync("a")).Value);

        static void AssertRefused(Action action) => Assert.True(Record.Exception(action) is IOException or UnauthorizedAccessException);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_write_is_not_acknowledged_once_a_file_was_removed_or_replaced(string way)
    {
        SkipOnWindows();
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        Do(way);
        AssertSays(await Assert.ThrowsAsync<KvFileReplacedException>(async () => await store.PutAsync("a", "2")));

        // From then on it is detected before the next write.
        var error = await Assert.ThrowsAsync<KvFileReplacedException>(async () => await store.DeleteAsync("a"));
        Assert.True(error.NotSent);
        AssertSays(error);
    }

    [Fact]
    public async Task None_of_many_writes_at_once_is_acknowledged_after_that()
    {
        SkipOnWindows();
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        Do("replaced by a copy");
        var writes = Enumerable.Range(0, 100).Select(i => Task.Run(async () => await store.PutAsync($"k/{i}", "2"))).ToList();
        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<KvFileReplacedException>(() => write);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_read_ends_with_an_error_soon(string way)
    {
        SkipOnWindows();
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        Do(way);
        await Patience.UntilAsync(async () => await Record.ExceptionAsync(async () => await store.GetAsync("a")) is KvFileReplacedException, "the error of a get");
        AssertSays(await Assert.ThrowsAsync<KvFileReplacedException>(async () => await store.ListAllAsync(KvRange.All)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_watch_ends_with_an_error(string way)
    {
        SkipOnWindows();
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        await using var watching = RunningWatch.Key(store, "a");
        await watching.NextAsync();
        Do(way);
        AssertSays(Assert.IsType<KvFileReplacedException>(await watching.EndAsync()));
    }

    [Fact]
    public async Task A_watch_that_may_list_anew_ends_too_since_what_it_could_list_is_gone()
    {
        SkipOnWindows();
        await using var store = _file.Open();
        await store.PutAsync("a", "1");
        await using var watching = RunningWatch.Key(store, "a", new KvWatchOptions { Resynchronize = true });
        await watching.NextAsync();
        Do("removed");
        Assert.IsType<KvFileReplacedException>(await watching.EndAsync());
    }

    [Fact]
    public async Task A_lock_in_it_is_lost_at_the_next_renewal()
    {
        SkipOnWindows();
        await using var store = _file.Open();
        var held = await store.LockAsync("job", new KvLockOptions { Ttl = TimeSpan.FromSeconds(3) });
        var lost = new TaskCompletionSource();
        held.Lost.Register(lost.SetResult);
        Do("replaced by a copy");
        await lost.Task.WaitAsync(Patience.Limit);
        Assert.False(held.IsHeld);
    }

    [Fact]
    public async Task A_link_that_leads_to_another_file_now_is_noticed()
    {
        SkipOnWindows();
        using var other = new EmbeddedFile();
        await using (var store = other.Open())
        {
            await store.PutAsync("a", "other");
        }

        using var first = new EmbeddedFile();
        await using (var store = first.Open())
        {
            await store.PingAsync();
        }

        File.CreateSymbolicLink(_file.Path, first.Path);
        await using (var store = _file.Open())
        {
            await store.PutAsync("a", "1");
            File.Delete(_file.Path);
            File.CreateSymbolicLink(_file.Path, other.Path);
            await Assert.ThrowsAsync<KvFileReplacedException>(async () => await store.PutAsync("a", "2"));
        }

        await using var again = _file.Open();
        Assert.Equal("other", (await again.GetAsync("a")).Value);
    }

    [Fact]
    public async Task A_store_whose_files_were_moved_away_closes_without_touching_what_is_in_their_place()
    {
        SkipOnWindows();
        await using (var old = _file.Open())
        {
            await old.PutAsync("a", "old");
            Directory.CreateDirectory(Path.Combine(_file.Folder, "away"));
            foreach (var name in Names)
            {
                File.Move(_file.Path + name, Path.Combine(_file.Folder, "away", "store.db" + name));
            }

            await using var next = _file.Open();
            await next.PutAsync("a", "new");
            await old.DisposeAsync();
            Assert.All(Names, name => Assert.True(File.Exists(_file.Path + name), name));
            await next.PutAsync("a", "newer");
        }

        await using var again = _file.Open();
        Assert.Equal("newer", (await again.GetAsync("a")).Value);
        await using var moved = Valkeyrie.Embedded.EmbeddedStore.Open(Path.Combine(_file.Folder, "away", "store.db"));
        Assert.Equal("old", (await moved.GetAsync("a")).Value);
    }

    private static readonly string[] Names = ["", "-wal", "-shm"];

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets nobody remove or replace a file that is open.");

    private void Do(string way)
    {
        var (path, copy) = (_file.Path, _file.Path + "-copy");
        switch (way)
        {
            case "removed":
                File.Delete(path);
                break;
            case "replaced by a copy":
                Replace(path, copy);
                break;
            case "moved away":
                File.Move(path, copy);
                break;
            case "log removed":
                File.Delete(path + "-wal");
                break;
            case "log replaced":
                Replace(path + "-wal", copy);
                break;
            case "shared memory removed":
                File.Delete(path + "-shm");
                break;
            case "all moved away":
                Directory.CreateDirectory(Path.Combine(_file.Folder, "away"));
                foreach (var name in Names)
                {
                    File.Move(path + name, Path.Combine(_file.Folder, "away", "store.db" + name));
                }

                break;
            default:
                throw new ArgumentException(way);
        }
    }

    private static void Replace(string path, string copy)
    {
        File.Copy(path, copy);
        File.Move(copy, path, overwrite: true);
    }

    private void AssertSays(KvFileReplacedException error)
    {
        Assert.Equal((KvErrorCode.FileReplaced, _file.Path), (error.Code, error.Endpoint));
        Assert.Contains(_file.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("open the store again", error.Message, StringComparison.Ordinal);
    }
}
