using System.Text;

namespace Valkeyrie.Tests.Conformance;

/// <summary>Directories shown one level at a time.</summary>
public abstract class DirectoryConformance(IStoreRig rig) : StoreConformance(rig)
{
    // Characters around the slash in byte order, several parts long, some empty: here a name and its content are not adjacent.
    private static readonly string[] Parts = ["a", "a-", "a.", "a0", "b", "ab", "é", "\U0001F511", "a b"];

    private IKvDirectories Directories => ListedDirectories.Of(Store);

    [Fact]
    public async Task A_directory_shows_its_own_keys_and_each_of_its_directories_once()
    {
        await Store.PutAllAsync(At("app/b/x"), At("app/b/y"), At("app/a"), At("app/c/d/e"), At("application/z"));
        Assert.Equal([("a", true, false), ("b", false, true), ("c", false, true)], await ShowAsync(At("app")));
    }

    [Fact]
    public async Task Entries_carry_their_pairs_with_values_or_without()
    {
        await Store.PutAsync(At("app/a"), "one");
        var withValue = Assert.Single(await ListAsync(At("app")));
        Assert.Equal((At("app/a"), "one", false), (withValue.Path, withValue.Pair!.Value, withValue.Pair.KeyOnly));
        var without = Assert.Single(await ListAsync(At("app"), new KvEntryOptions { KeysOnly = true }));
        Assert.Equal((At("app/a"), "", true), (without.Pair!.Key, without.Pair.Value, without.Pair.KeyOnly));
        Assert.Equal(withValue.Pair.Revision, without.Pair.Revision);
    }

    [Fact]
    public async Task A_name_that_is_a_key_and_a_directory_is_one_entry()
    {
        Require(p => p.KeysAsWritten);
        await Store.PutAllAsync(At("d/app"), At("d/app-1"), At("d/app/x"), At("d/app0"));
        Assert.Equal([("app-1", true, false), ("app", true, true), ("app0", true, false)], await ShowAsync(At("d")));
        var both = await Directories.TryGetEntryAsync(At("d/app"));
        Assert.True(both is { IsDirectory: true, Pair: not null });
    }

    [Fact]
    public async Task A_path_is_told_to_be_a_key_a_directory_or_nothing()
    {
        await Store.PutAllAsync(At("app/x"));
        await Store.PutAsync(At("leaf"), "value");
        Assert.True(await Directories.TryGetEntryAsync(At("app")) is { IsDirectory: true, Pair: null });
        Assert.True(await Directories.TryGetEntryAsync(At("leaf")) is { IsDirectory: false, Pair: { KeyOnly: false, Value: "value" } });
        Assert.True(await Directories.TryGetEntryAsync(At("leaf"), new KvEntryOptions { KeysOnly = true }) is { Pair: { KeyOnly: true, Value: "" } });
        Assert.Null(await Directories.TryGetEntryAsync(At("ap")));
        Assert.Null(await Directories.TryGetEntryAsync(At("leaf/x")));
    }

    [Fact]
    public async Task A_leaf_and_a_missing_directory_have_no_entries()
    {
        await Store.PutAllAsync(At("leaf"));
        Assert.Empty(await ListAsync(At("leaf")));
        Assert.Empty(await ListAsync(At("missing")));
    }

    [Fact]
    public async Task Each_directory_comes_before_what_lies_in_it_down_to_the_depth_asked_for()
    {
        await Store.PutAllAsync(At("r/a/b/c/d"), At("r/a/x"), At("r/e"));
        Assert.Equal([At("r/a"), At("r/e")], await PathsAsync(0));
        Assert.Equal([At("r/a"), At("r/a/b"), At("r/a/x"), At("r/e")], await PathsAsync(1));
        Assert.Equal([At("r/a"), At("r/a/b"), At("r/a/b/c"), At("r/a/b/c/d"), At("r/a/x"), At("r/e")], await PathsAsync(int.MaxValue));

        async Task<List<string>> PathsAsync(int depth) => (await ListAsync(At("r"), new KvEntryOptions { Depth = depth })).ConvertAll(e => e.Path);
    }

    [Fact]
    public async Task What_locks_are_made_of_is_not_shown_nor_is_a_directory_of_nothing_else()
    {
        await Store.PutAllAsync(At("app/x"));
        await using var nested = await Store.LockAsync(At("app/locks/deep"));
        await using var beside = await Store.LockAsync(At("app/x"));
        Assert.Equal([("x", true, false)], await ShowAsync(At("app"), except: "locks"));
        Assert.Equal([At("app/x")], (await ListAsync(At("app"), new KvEntryOptions { Depth = 9 })).Where(e => e.Pair is not null).Select(e => e.Path));
    }

    [Fact]
    public async Task Directories_larger_than_a_page_come_once_and_what_follows_them_comes_too()
    {
        var keys = Enumerable.Range(0, 700).SelectMany(i => new[] { At($"big/a/{i:d4}"), At($"big/c/x/{i:d4}") }).Append(At("big/b")).Append(At("big/z"));
        await Store.PutAllAsync(keys);
        Assert.Equal([("a", false, true), ("b", true, false), ("c", false, true), ("z", true, false)], await ShowAsync(At("big")));
        Assert.Equal(5, (await ListAsync(At("big"), new KvEntryOptions { Depth = 1 })).Count(e => e.IsDirectory || e.Name is "b" or "z"));
        Assert.Equal(701, (await ListAsync(At("big/c"), new KvEntryOptions { Depth = 1 })).Count);
    }

    [Fact]
    public async Task Any_keys_are_shown_as_their_listing_says()
    {
        Require(p => p.KeysAsWritten);
        var random = new Random(7);
        var keys = Enumerable.Range(0, 400).Select(_ => At("m/" + RandomPath(random))).ToHashSet();
        await Store.PutAllAsync(keys);
        for (var depth = 0; depth < 4; depth++)
        {
            var entries = await ListAsync(At("m"), new KvEntryOptions { Depth = depth });
            var expected = Expected([.. keys], At("m/"), depth);
            Assert.Equal(expected, entries.ConvertAll(e => (e.Path, e.Pair is not null, e.IsDirectory)));
            Assert.All(entries, e => Assert.True(e.Pair is null || e.Pair.Key == e.Path));
        }
    }

    [Theory]
    [InlineData("us", "USE", "Us er", "uSer", "us", "user")]
    [InlineData("US", "USE", "Us er", "uSer", "us", "user")]
    [InlineData("user", "uSer", "user")]
    [InlineData("é", "É", "é1")]
    [InlineData("-", "-x")]
    [InlineData("\U0001F511", "\U0001F5111")]
    [InlineData("nothing")]
    public async Task Only_names_with_a_beginning_are_shown_if_so_wished_whatever_their_case(string beginning, params string[] expected)
    {
        // Enough other keys around them that pages end between them.
        Assert.SkipUnless(Storable([beginning]).Any(), "The store does not promise KeysOfAnyText.");
        string[] names = [.. Storable(["USE", "Us er", "uSer", "us", "user", "É", "é1", "-x", "\U0001F5111", "u", "z"])];
        string[] others = ["A", "ua", "uz", "us0/x", "v"];
        await Store.PutAllAsync([
            .. names.Where(n => n != "us").Select(n => At("p/" + n)),
            At("p/us/deep"),
            .. others.SelectMany(o => Enumerable.Range(0, 150).Select(i => At($"p/{o}{i:d3}")))]);
        var entries = await ListAsync(At("p"), new KvEntryOptions { NamePrefix = beginning, KeysOnly = true });
        Assert.Equal(expected.Select(n => At("p/" + n)).ToHashSet(), entries.Where(e => !e.Name.StartsWith("us0", StringComparison.Ordinal)).Select(e => e.Path).ToHashSet());
        Assert.Equal(entries.Count, entries.DistinctBy(e => e.Path).Count());
    }

    [Fact]
    public async Task What_lies_in_the_entries_with_a_beginning_comes_along()
    {
        await Store.PutAllAsync(At("r/a/b/c"), At("r/b/a"), At("r/ac"));
        Assert.Equal([At("r/a"), At("r/a/b"), At("r/ac")], (await ListAsync(At("r"), new KvEntryOptions { NamePrefix = "A", Depth = 1 })).ConvertAll(e => e.Path));
    }

    [Fact]
    public async Task The_directory_of_keys_that_begin_with_a_slash_is_one_like_others()
    {
        Require(p => p.KeysAsWritten);
        await Store.PutAllAsync("/" + At("x/y"));
        Assert.True(await Directories.TryGetEntryAsync("") is { IsDirectory: true, Pair: null });
        Assert.Contains(("", false, true), (await ListAsync(KvRange.All)).ConvertAll(e => (e.Path, e.Pair is not null, e.IsDirectory)));
        Assert.Contains(("/" + Root, false, true), (await ListAsync(KvRange.Directory("/"))).ConvertAll(e => (e.Path, e.Pair is not null, e.IsDirectory)));
    }

    [Fact]
    public async Task A_store_that_knows_nothing_of_directories_shows_the_same()
    {
        await Store.PutAllAsync(At("app/a"), At("app/b/x"), At("app/b/y/z"));
        await using var plain = new PlainStore(Store);
        var directories = ListedDirectories.Of(plain);
        var options = new KvEntryOptions { Depth = 1, KeysOnly = true };
        Assert.Equal(
            (await ListAsync(At("app"), options)).ConvertAll(e => (e.Path, e.IsDirectory)),
            (await directories.EntriesAsync(At("app"), options)).ConvertAll(e => (e.Path, e.IsDirectory)));
        Assert.True(await directories.TryGetEntryAsync(At("app/b")) is { IsDirectory: true, Pair: null });
        Assert.True(await directories.TryGetEntryAsync(At("app/a")) is { IsDirectory: false, Pair: not null });
        Assert.Null(await directories.TryGetEntryAsync(At("nothing")));
        Assert.Empty(await directories.EntriesAsync(At("nothing")));
    }

    private Task<List<KvEntry>> ListAsync(KvRange directory, KvEntryOptions? options = null) =>
        Directories.EntriesAsync(directory, options);

    private async Task<List<(string Name, bool HasPair, bool IsDirectory)>> ShowAsync(KvRange directory, string? except = null) =>
        (await ListAsync(directory)).Where(e => e.Name != except).Select(e => (e.Name, e.Pair is not null, e.IsDirectory)).ToList();

    private static string RandomPath(Random random) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Parts[random.Next(Parts.Length)])) + (random.Next(9) == 0 ? "/" : "");

    private static List<(string Path, bool HasPair, bool IsDirectory)> Expected(HashSet<string> keys, string start, int depth)
    {
        var directories = keys
            .SelectMany(key => Enumerable.Range(start.Length, key.Length - start.Length).Where(i => key[i] == '/').Select(i => key[..i]))
            .ToHashSet();
        return [.. keys.Concat(directories)
            .Distinct()
            .Where(path => path.AsSpan(start.Length).Count('/') <= depth)
            .OrderBy(path => path, Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a + "/").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b + "/"))))
            .Select(path => (path, keys.Contains(path), directories.Contains(path)))];
    }
}
