using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Valkeyrie.PowerShell;
using Valkeyrie.PowerShell.Trees;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>Files read as they were written, and incomplete files are refused.</summary>
public sealed class TreeFormatTests
{
    // Except for data files of PowerShell, which only PowerShell can parse.
    public static TheoryData<KvTreeFormat> Formats => [KvTreeFormat.Json, KvTreeFormat.Csv, KvTreeFormat.JsonLines, KvTreeFormat.NestedJson, KvTreeFormat.Yaml, KvTreeFormat.KeyValue];

    // A library parses YAML, and reads a value as a whole.
    public static TheoryData<KvTreeFormat> Streamed => [KvTreeFormat.Json, KvTreeFormat.Csv, KvTreeFormat.JsonLines, KvTreeFormat.NestedJson, KvTreeFormat.KeyValue];

    public static TheoryData<KvTreeFormat> Records => [KvTreeFormat.Json, KvTreeFormat.Csv];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_tree_comes_back_equal(KvTreeFormat format) =>
        Prop.ForAll(OddPairs.Trees, tree => IsNothing(format, tree) || Same(tree, Read(format, Written(format, tree)))).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_tree_of_ten_levels_with_lists_and_keys_that_are_directories_comes_back_equal(KvTreeFormat format) =>
        Prop.ForAll(OddPairs.Deep, Gen.Elements(true, false).ToArbitrary(), (tree, typed) => IsNothing(format, tree) || Same(tree, Read(format, Written(format, tree, typed)))).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Each_odd_piece_comes_back_equal(KvTreeFormat format) => Assert.True(Same(OddPairs.Each, Read(format, Written(format, OddPairs.Each))));

    [Theory]
    [InlineData(KvTreeFormat.Json, "utf-8")]
    [InlineData(KvTreeFormat.Json, "utf-16")]
    [InlineData(KvTreeFormat.Json, "utf-16BE")]
    [InlineData(KvTreeFormat.Csv, "utf-8")]
    [InlineData(KvTreeFormat.Csv, "utf-16")]
    [InlineData(KvTreeFormat.Csv, "utf-16BE")]
    public void Any_tree_comes_back_equal_from_a_file_that_was_saved_with_a_byte_order_mark(KvTreeFormat format, string encoding) =>
        Prop.ForAll(OddPairs.Trees, tree =>
        {
            var saved = Encoding.GetEncoding(encoding);
            return Same(tree, Read(format, [.. saved.GetPreamble(), .. saved.GetBytes(Encoding.UTF8.GetString(Written(format, tree)))]));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Records))]
    public void What_is_cut_off_inside_a_record_is_refused(KvTreeFormat format) => Prop.ForAll(OddPairs.Trees, Gen.Choose(0, int.MaxValue).ToArbitrary(), (tree, cut) =>
    {
        var whole = Written(format, tree);
        var part = whole.AsSpan(0, cut % whole.Length).ToArray();
        var text = Encoding.UTF8.GetString(part);

        // A table that ends after a record is complete; its last line feed is not required, nor is that of the array.
        var mayBeWhole = format == KvTreeFormat.Csv ? text.EndsWith("\"\n", StringComparison.Ordinal) || text.EndsWith("\"text\"", StringComparison.Ordinal)
            || text.EndsWith("\"base64\"", StringComparison.Ordinal) || text.EndsWith("\"base64-all\"", StringComparison.Ordinal)
            : text.EndsWith(']');
        return IsRefused(format, part) || mayBeWhole;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Records))]
    public void A_byte_that_is_not_text_is_refused_with_its_record(KvTreeFormat format)
    {
        var tree = Enumerable.Range(0, 20_000).Select(i => new KvPair("value"u8.ToArray()) { Key = $"k{i:00000}" }).ToArray();
        var bytes = Written(format, tree);
        bytes[bytes.AsSpan().IndexOf("k15000"u8) + 20] = 0xFF;
        var failure = Assert.Throws<InvalidDataException>(() => Read(format, bytes));
        Assert.Contains("record 15001:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not valid text", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Half_a_pair_of_surrogates_is_refused_with_its_record(KvTreeFormat format)
    {
        var text = Encoding.UTF8.GetString(Written(format, [.. "abc".Select(key => new KvPair("value"u8.ToArray()) { Key = $"{key}" })]));
        var wide = Encoding.Unicode.GetBytes(text);
        var at = Encoding.Unicode.GetByteCount(text[..text.LastIndexOf("value", StringComparison.Ordinal)]);
        wide[at + 3] = 0xD8;
        Assert.Contains("record 3:", Assert.Throws<InvalidDataException>(() => Read(format, [0xFF, 0xFE, .. wide])).Message, StringComparison.Ordinal);
        Assert.Contains("record 3:", Assert.Throws<InvalidDataException>(() => Read(format, [0xFF, 0xFE, .. wide[..(at + 3)]])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Streamed))]
    public void A_value_above_the_limit_is_refused_in_memory_that_the_limit_bounds(KvTreeFormat format)
    {
        const int Limit = 100_000;
        KvPair[] Tree(int size) => [new([]) { Key = "a" }, new(Enumerable.Repeat((byte)'"', size).ToArray()) { Key = "b" }];
        Assert.True(Same(Tree(Limit), Read(format, Written(format, Tree(Limit)), Limit)));
        Assert.Contains("100000 bytes", Assert.Throws<InvalidDataException>(() => Read(format, Written(format, Tree(Limit + 1)), Limit)).Message, StringComparison.Ordinal);

        var huge = Written(format, Tree(100 * 1024 * 1024));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<InvalidDataException>(() => Read(format, huge, Limit));
        Assert.Matches("record 2:|line [23]", failure.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void The_limit_holds_for_what_is_written_in_Base64(KvTreeFormat format)
    {
        KvPair[] Tree(int size) => [new(new byte[size]) { Key = "b" }];
        for (var size = 997; size <= 1000; size++)
        {
            Assert.True(Same(Tree(size), Read(format, Written(format, Tree(size)), size)));
            Assert.Throws<InvalidDataException>(() => Read(format, Written(format, Tree(size)), size - 1));
        }
    }

    internal static IWritableTreeFormat FormatOf(KvTreeFormat format, bool typed = false) => (IWritableTreeFormat)TreeFormats.Of(format, isNamed: true, typed);

    internal static bool Same(IReadOnlyList<KvPair> a, IReadOnlyList<KvPair> b) =>
        a.Count == b.Count && a.Zip(b).All(both => both.First.Key == both.Second.Key && both.First.GetBytes().AsSpan().SequenceEqual(both.Second.GetBytes()));

    internal static byte[] Written(KvTreeFormat format, IEnumerable<KvPair> pairs, bool typed = false)
    {
        var stream = new MemoryStream();
        var writer = FormatOf(format, typed).Begin(stream);
        foreach (var pair in pairs)
        {
            writer.Write(pair.Key, pair.GetBytes());
        }

        writer.End();
        return stream.ToArray();
    }

    // An empty file is not JSON lines: a file that was truncated after its first byte looks the same.
    private static bool IsNothing(KvTreeFormat format, KvPair[] tree) => format == KvTreeFormat.JsonLines && tree.Length == 0 && IsRefused(format, Written(format, tree));

    private static bool IsRefused(KvTreeFormat format, byte[] file)
    {
        try
        {
            Read(format, file);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    internal static List<KvPair> Read(KvTreeFormat format, byte[] file, long? largestValue = null) => ReadAsync(format, file, largestValue).GetAwaiter().GetResult();

    private static async Task<List<KvPair>> ReadAsync(KvTreeFormat format, byte[] file, long? largestValue)
    {
        var pairs = new List<KvPair>();
        await foreach (var pair in new TreeFile("x", FormatOf(format)).ReadAsync(new MemoryStream(file), new TreePlace("/", largestValue), null, default))
        {
            pairs.Add(pair);
        }

        // A list is written in the order of its elements.
        pairs.Sort((a, b) => KeyOrder.Compare(a.Key, b.Key));
        return pairs;
    }
}
