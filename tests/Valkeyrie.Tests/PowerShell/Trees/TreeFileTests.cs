using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Valkeyrie.Embedded;
using Valkeyrie.PowerShell;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>Trees that are copied from a store to a file, and from there to another store.</summary>
public sealed class TreeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(KvTreeFormat.Json, "app")]
    [InlineData(KvTreeFormat.Csv, "app")]
    [InlineData(KvTreeFormat.Json, null)]
    [InlineData(KvTreeFormat.Csv, null)]
    [InlineData(KvTreeFormat.NestedJson, "app")]
    [InlineData(KvTreeFormat.Yaml, "app")]
    [InlineData(KvTreeFormat.KeyValue, null)]
    public void Any_content_of_a_store_comes_back_equal(KvTreeFormat format, string? directory) => Prop.ForAll(OddPairs.Trees, tree =>
    {
        var root = directory is null ? "" : directory + "/";
        RoundTripAsync(format, directory is null ? KvRange.All : directory, [.. tree.Where(pair => root.Length + pair.Key.Length > 0)]).GetAwaiter().GetResult();
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(KvTreeFormat.Json)]
    [InlineData(KvTreeFormat.Csv)]
    [InlineData(KvTreeFormat.NestedJson)]
    [InlineData(KvTreeFormat.Yaml)]
    [InlineData(KvTreeFormat.KeyValue)]
    public async Task The_key_of_a_directorys_own_name_with_its_slash_comes_back(KvTreeFormat format) =>
        await RoundTripAsync(format, "gw/routes", [new("1"u8.ToArray()) { Key = "" }, new("2"u8.ToArray()) { Key = "/" }]);

    [Fact]
    public async Task Which_is_refused_where_it_would_be_no_key()
    {
        var path = _folder.Write("own.json", """[{"Key":"","Value":"1","Encoding":"text"}]""");
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => CheckAsync(path, new TreePlace("", null)));
        Assert.Contains("into a directory", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(-1)]
    public async Task A_large_file_that_is_changed_between_the_check_and_the_writing_is_an_error_before_a_changed_pair_is_seen(int at)
    {
        var path = _folder.File("changed.csv");
        await WriteAsync(path, 20_000);
        using var tree = await CheckAsync(path, TreePlace.Anywhere, mostToKeep: 100_000);
        var bytes = File.ReadAllBytes(path);
        bytes[at < 0 ? ^9 : bytes.AsSpan().IndexOf("value"u8) + at / 25 * 25] = (byte)'X';
        File.WriteAllBytes(path, bytes);
        var seen = new List<KvPair>();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var pair in tree.Content.Pairs)
            {
                seen.Add(pair);
            }
        });
        Assert.Contains("changed", failure.Message, StringComparison.Ordinal);
        Assert.All(seen, pair => Assert.Equal("value", pair.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"Key\",\"Value\",\"Encoding\"\n")]
    [InlineData(null)]
    public async Task A_large_file_that_is_emptied_cut_short_or_added_to_after_the_check_is_an_error(string? content)
    {
        var path = _folder.File("changed.csv");
        await WriteAsync(path, 3);
        using var tree = await CheckAsync(path, TreePlace.Anywhere, mostToKeep: 0);
        File.WriteAllText(path, content ?? File.ReadAllText(path) + "\"zzz\",\"more\",\"text\"\n");
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in tree.Content.Pairs)
            {
            }
        });
    }

    [Fact]
    public async Task A_small_file_is_read_once_and_its_pairs_stay_those_of_the_check()
    {
        var path = _folder.File("small.json");
        await WriteAsync(path, 3);
        using var tree = await CheckAsync(path, TreePlace.Anywhere);
        File.WriteAllText(path, "[");
        Assert.Equal(["k00000", "k00001", "k00002"], await tree.Content.Pairs.Select(pair => pair.Key).ToListAsync());
    }

    [Fact]
    public async Task A_file_that_is_replaced_after_the_check_is_read_as_it_was()
    {
        var path = _folder.File("replaced.json");
        await WriteAsync(path, 3);
        using var tree = await CheckAsync(path, TreePlace.Anywhere, mostToKeep: 0);
        File.Delete(path);
        File.WriteAllText(path, "[]");
        Assert.Equal(3, await tree.Content.Pairs.CountAsync());
    }

    [Theory]
    [InlineData(KvTreeFormat.Json, KeptPairs.DefaultMost)]
    [InlineData(KvTreeFormat.Json, 0)]
    [InlineData(KvTreeFormat.Csv, KeptPairs.DefaultMost)]
    [InlineData(KvTreeFormat.Csv, 0)]
    public async Task Keys_in_no_order_are_sorted_and_one_that_comes_twice_is_refused(KvTreeFormat format, long mostToKeep)
    {
        var path = _folder.File("order");
        await WriteAsync(path, format, "c", "a", "b");
        using (var tree = await CheckAsync(path, TreePlace.Anywhere, format, mostToKeep))
        {
            Assert.Equal(["a", "b", "c"], await tree.Content.Pairs.Select(pair => pair.Key).ToListAsync());
        }

        await WriteAsync(path, format, "c", "a", "b", "a");
        Assert.Contains("'a' twice", (await Assert.ThrowsAsync<InvalidDataException>(() => CheckAsync(path, TreePlace.Anywhere, format, mostToKeep))).Message, StringComparison.Ordinal);
        await WriteAsync(path, format, "a", "a");
        Assert.Contains("'a' twice", (await Assert.ThrowsAsync<InvalidDataException>(() => CheckAsync(path, TreePlace.Anywhere, format, mostToKeep))).Message, StringComparison.Ordinal);
    }

    private static Task<CheckedTree> CheckAsync(string path, TreePlace place, KvTreeFormat? format = null, long mostToKeep = KeptPairs.DefaultMost) =>
        new TreeFile(path, TreeFormatTests.FormatOf(format ?? (path.EndsWith("json", StringComparison.Ordinal) ? KvTreeFormat.Json : KvTreeFormat.Csv))) { MostToKeep = mostToKeep }
            .CheckAsync(place, _ => { }, default);

    private static Task WriteAsync(string path, int count) => WriteAsync(
        path, path.EndsWith("json", StringComparison.Ordinal) ? KvTreeFormat.Json : KvTreeFormat.Csv, [.. Enumerable.Range(0, count).Select(i => $"k{i:00000}")]);

    private static async Task WriteAsync(string path, KvTreeFormat format, params string[] keys)
    {
        await using var stream = File.Create(path);
        var writer = TreeFormatTests.FormatOf(format).Begin(stream);
        foreach (var key in keys)
        {
            writer.Write(key, Encoding.UTF8.GetBytes("value"));
        }

        writer.End();
    }

    private async Task RoundTripAsync(KvTreeFormat format, KvRange range, IReadOnlyList<KvPair> tree)
    {
        await using var from = EmbeddedStore.OpenInMemory();
        await using var to = EmbeddedStore.OpenInMemory();
        foreach (var pair in tree)
        {
            await from.PutAsync(range.Start + pair.Key, pair.GetBytes());
        }

        // So that the directory exists even without a pair.
        await from.PutAsync("app", "1"u8.ToArray());
        await to.PutAsync("app/other", "to be removed"u8.ToArray());

        var file = new TreeFile(_folder.File("round." + format), TreeFormatTests.FormatOf(format));
        using (var target = await FileTarget.OpenAsync(file.Path, noClobber: false, force: false, ownerOnly: false, default))
        {
            var pairs = await from.ListAsync(range).ToListAsync();
            target.Write(stream =>
            {
                var writer = TreeFormatTests.FormatOf(format).Begin(stream);
                pairs.ForEach(pair => writer.Write(pair.Key[range.Start.Length..], pair.GetBytes()));
                writer.End();
            });
            target.Commit();
        }

        using (var read = await file.CheckAsync(TreePlace.In(to, range), _ => { }, default))
        {
            await new KvTreeCopy(read.Content, to, range, new KvTreeCopyOptions { Prune = true }).RunAsync();
        }

        var there = await from.ListAsync(range).ToListAsync();
        var here = await KvTreeContent.Of(to, range).OrEmpty().Pairs.ToListAsync();
        Assert.True(TreeFormatTests.Same(there, here), $"{there.Count} pairs went, {here.Count} came.");
        using var again = await file.CheckAsync(TreePlace.Anywhere, _ => { }, default);
        await foreach (var difference in KvTreeComparison.CompareAsync(KvTreeContent.Of(to, range).OrEmpty(), again.Content))
        {
            Assert.Equal(KvDifferenceKind.Equal, difference.Kind);
        }
    }
}
