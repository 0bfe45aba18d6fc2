using Valkeyrie.Embedded;
using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Tests.Embedded.Files;

/// <summary>Paths that systems interpret differently.</summary>
public sealed class OddPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OddPathTests() => EmbeddedStore.Register();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a folder with blanks")]
    [InlineData("größer ✓ 你好 😀")]
    [InlineData("100% #1 a+b&c;d=e,(f)[g]{h}'i'~")]
    [InlineData("long")]
    public async Task A_store_works_in_a_folder_of_any_name_and_length(string name)
    {
        // Longer than Windows accepts without a prefix, in parts that every file system accepts.
        var folder = Path.Combine(_folder.Path, name == "long" ? Path.Combine(new string('l', 120), new string('o', 120), new string('n', 120)) : name);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "store.db");
        await using (var store = EmbeddedStore.Open(path))
        {
            await store.PutAsync("a", "1");
            Assert.Equal("1", (await store.GetAsync("a")).Value);
            await using var copy = File.Create(Path.Combine(folder, "copy.db"));
            Assert.NotEqual(0, (await store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(copy)).Size);
        }

        Assert.Equal(["copy.db", "store.db"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        await using var again = EmbeddedStore.Open(path);
        Assert.Equal("1", (await again.GetAsync("a")).Value);
    }

    [Theory]
    [InlineData(@"store.db:hidden", "stream")]
    [InlineData(@"NUL", "device")]
    public void A_stream_and_a_device_are_refused_on_Windows(string name, string what)
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Elsewhere these are names of files.");
        var refused = Assert.Throws<KvInvalidArgumentException>(() => EmbeddedStore.Open(name));
        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_takes_a_path_as_it_stands_after_its_mark_also_with_settings_behind_it()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Only Windows has such a mark.");
        var path = @"\\?\" + _folder.File("store.db");
        await using var store = KvStore.Open($"embedded:{path}?history=7");
        await store.PutAsync("a", "1");
        Assert.True(File.Exists(_folder.File("store.db")));
    }

    [Theory]
    [InlineData("/data/store.db", false, "/data/store.db", "file:///data/store.db?immutable=1")]
    [InlineData("/da?ta/a b#%.db", false, "/da?ta/a b#%.db", "file:///da%3fta/a%20b%23%25.db?immutable=1")]
    [InlineData(@"C:\data\store.db", true, @"C:\data\store.db", "file:///C:%5cdata%5cstore.db?immutable=1")]
    [InlineData(@"\\?\C:\data\store.db", true, @"\\?\C:\data\store.db", "file:///%5c%5c%3f%5cC:%5cdata%5cstore.db?immutable=1")]
    public void SQLite_is_told_each_path_in_its_own_form(string path, bool isWindows, string name, string uri)
    {
        Assert.Equal(name, SqlitePath.Of(path, isWindows));
        Assert.Equal(uri, SqlitePath.Immutable(path, isWindows));
    }

    [Theory]
    [InlineData(251, false)]
    [InlineData(252, true)]
    public void A_path_of_Windows_gets_its_mark_where_the_names_beside_it_would_be_too_long(int length, bool isMarked)
    {
        var path = @"C:\" + new string('n', length - 3);
        Assert.Equal(isMarked ? @"\\?\" + path : path, SqlitePath.Of(path, isWindows: true));
        Assert.Equal(path, SqlitePath.Of(path, isWindows: false));
    }
}
