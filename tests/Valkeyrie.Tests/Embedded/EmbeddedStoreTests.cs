using System.Reflection;
using System.Runtime.Loader;
using SQLitePCL;
using Valkeyrie.Embedded;
using Valkeyrie.Loader;
using Valkeyrie.Embedded.Sqlite;

#pragma warning disable CA1416 // what is for other systems alone is skipped on Windows

namespace Valkeyrie.Tests.Embedded;

/// <summary>Opening the store, the place of its files, and the files that it leaves.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public EmbeddedStoreTests() => EmbeddedStore.Register();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("embedded:")]
    [InlineData("embedded://")]
    public async Task A_path_opens_a_file(string scheme)
    {
        await using var store = KvStore.Open(scheme + _file.Path);
        Assert.False(File.Exists(_file.Path));
        await store.PutAsync("a", "v");
        Assert.True(File.Exists(_file.Path));
        Assert.Equal(("embedded", $"embedded:{_file.Path}", _file.Path), (store.Info.Scheme, store.Info.Address, store.Info.Endpoints[0]));
    }

    [Fact]
    public async Task A_link_leads_to_the_same_store_as_its_file()
    {
        Links.Need();
        var link = Path.Combine(_file.Folder, "link.db");
        File.CreateSymbolicLink(link, _file.Path);
        await using var store = _file.Open();
        await store.PutAsync("a", "v");
        await using var linked = EmbeddedStore.Open(link);
        Assert.Equal("v", (await linked.GetAsync("a")).Value);
        await linked.PutAsync("a", "w");
        Assert.Equal("w", (await store.GetAsync("a")).Value);
    }

    [Fact]
    public async Task Memory_is_private()
    {
        await using var one = KvStore.Open("memory:");
        await using var other = KvStore.Open("memory:");
        await one.PutAsync("a", "v");
        Assert.Null(await other.TryGetAsync("a"));
        Assert.Equal(2, (await one.PingAsync()).Revision);
    }

    [Theory]
    [InlineData("memory:name")]
    [InlineData("memory:?history=0")]
    [InlineData("memory:?history=-1")]
    [InlineData("memory:?history=many")]
    [InlineData("memory:?age=5")]
    [InlineData("memory:?age=0s")]
    [InlineData("memory:?size=5")]
    public void A_setting_that_makes_no_sense_is_refused(string address) => Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(address));

    [Fact]
    public async Task The_bounds_of_history_can_stand_in_the_address()
    {
        await using var store = KvStore.Open($"{_file.Path}?history=7&age=2h");
        Assert.Equal(_file.Path, store.Info.Endpoints[0]);
        Assert.Equal(
            new EmbeddedOptions { HistoryRevisions = 7, HistoryAge = TimeSpan.FromHours(2) }, EmbeddedAddress.Parse(KvAddress.Parse($"{_file.Path}?history=7&age=2h")).Options);
    }

    [Fact]
    public void Credentials_and_certificates_are_refused()
    {
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("memory:", new KvStoreOptions { Credential = new KvCredential("u", "p") }));
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(_file.Path, new KvStoreOptions { Tls = new KvTlsOptions() }));
    }

    [Fact]
    public async Task The_files_can_be_read_by_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There they have the rights of their folder, from which SQLite's own files take theirs.");
        await using var store = _file.Open();
        await store.PutAsync("a", "v");
        string[] files = Directory.GetFiles(_file.Folder);
        Assert.Equal(3, files.Length);
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task The_default_file_lies_where_the_environment_says_in_a_folder_for_its_owner_only()
    {
        await using (var worker = Worker.StartInHome(_file.Folder, "fill", "", "1"))
        {
            Assert.Equal("1 none", await worker.ReadAsync());
            Assert.Null(await worker.ReadAsync());
        }

        var folder = Path.Combine(_file.Folder, OperatingSystem.IsWindows() ? "Valkeyrie" : "valkeyrie");
        Rights.AssertOwnerOnly(folder);
        Rights.AssertOwnerOnly(Path.Combine(folder, "store.db"));
    }

    [Fact]
    public async Task A_closed_store_has_let_go_of_its_files()
    {
        var store = _file.Open();
        await store.PutAsync("a", "v");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await store.GetAsync("a"))));
        await using (RunningWatch.Key(store, "a"))
        {
            await store.PutAsync("a", "w");
        }

        await store.DisposeAsync();
        Assert.Equal([_file.Path], Directory.GetFiles(_file.Folder));
        if (OperatingSystem.IsLinux())
        {
            Assert.DoesNotContain(new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos(), l => l.LinkTarget?.StartsWith(_file.Folder, StringComparison.Ordinal) is true);
        }

        using (new FileStream(_file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
        }

        await Assert.ThrowsAsync<KvStoreClosedException>(async () => await store.GetAsync("a"));
    }

    [Fact]
    public void The_largest_value_is_what_SQLite_takes()
    {
        using var connection = Connection.OpenInMemory("limits");
        Assert.Equal(raw.sqlite3_limit(connection.Handle, raw.SQLITE_LIMIT_LENGTH, -1), EmbeddedEngine.Promises.LargestValue);
    }

    [Fact]
    public async Task Many_writers_share_commits_and_none_fails_for_another()
    {
        await using var store = _file.Open();
        var writes = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await store.PutAsync($"a/{i}", "", new KvPutOptions { LeaseId = i % 10 == 0 ? 4711 : null }))).ToList();
        for (var i = 0; i < writes.Count; i++)
        {
            if (i % 10 == 0)
            {
                await Assert.ThrowsAsync<KvLeaseNotFoundException>(() => writes[i]);
                continue;
            }

            Assert.Equal($"a/{i}", (await writes[i]).Key);
        }

        var revisions = (await store.ListAllAsync("a")).Select(p => p.Revision).Order().ToList();
        Assert.Equal(Enumerable.Range(2, 180).Select(r => (long)r), revisions);
    }

    [Fact]
    public async Task A_hundred_thousand_keys_are_removed_as_one_revision_with_an_event_each()
    {
        const int Keys = 100_000;
        await using var store = EmbeddedStore.OpenInMemory();
        for (var first = 0; first < Keys; first += 10_000)
        {
            await store.GetCapability<IKvTransactions>().CommitAsync(
                new KvTransaction { Then = [.. Enumerable.Range(first, 10_000).Select(i => new KvOperation.Put($"a/{i:D6}", ReadOnlyMemory<byte>.Empty))] });
        }

        var begun = (await store.PingAsync()).Revision + 1;
        Assert.Equal(Keys, await store.DeleteTreeAsync("a"));
        await using var watching = RunningWatch.Tree(store, "a", new KvWatchOptions { FromRevision = begun });
        var events = await watching.NextAsync(Keys);
        Assert.All(events, e => Assert.Equal((KvEventType.Delete, begun), (e.Type, e.Revision)));
        Assert.Equal(events.Select(e => e.Key).Order(StringComparer.Ordinal), events.Select(e => e.Key));
    }

    [Fact]
    public async Task Where_SQLite_lies_is_asked_of_the_load_context()
    {
        var context = new ModuleContext();
        var assembly = context.LoadFromAssemblyPath(typeof(EmbeddedStore).Assembly.Location);
        var open = assembly.GetType(typeof(EmbeddedStore).FullName!)!.GetMethod(nameof(EmbeddedStore.OpenInMemory))!;
        Assert.NotSame(typeof(EmbeddedStore).Assembly, assembly);
        await using var store = Assert.IsType<IKvStore>(open.Invoke(null, [null, null]), exactMatch: false);
        await store.PutAsync("a", "v");
        Assert.Equal("v", (await store.GetAsync("a")).Value);
        Assert.Contains(context.Assemblies, a => a.GetName().Name == "SQLitePCLRaw.core");
        Assert.Equal(["e_sqlite3"], context.Asked.Distinct());
    }

    // Like a PowerShell module: the contract from outside, everything else from the folder.
    private sealed class ModuleContext() : AssemblyLoadContext("module")
    {
        public List<string> Asked { get; } = [];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var file = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            return assemblyName.Name!.StartsWith("SQLitePCL", StringComparison.Ordinal) && File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        {
            if (PlatformFolders.FindNative(AppContext.BaseDirectory, unmanagedDllName) is not { } path)
            {
                // The system's own libraries, which the runtime finds.
                return IntPtr.Zero;
            }

            Asked.Add(unmanagedDllName);
            return LoadUnmanagedDllFromPath(path);
        }
    }
}
