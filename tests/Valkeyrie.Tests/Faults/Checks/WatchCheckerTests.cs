namespace Valkeyrie.Tests.Faults;

/// <summary>The checks of watches, on events with a known verdict.</summary>
public sealed class WatchCheckerTests
{
    private static readonly KvCompactedException Compacted = new(5, 7, "here");

    [Theory]
    [InlineData("put a 5; put b 6; delete a 7", null)]
    [InlineData("put a 5; put a 7", "Revision 6 was next")]
    [InlineData("put a 5; put a 5", "Revision 6 was next")]
    [InlineData("put b 6; put a 7", "Revision 5 was next")]
    [InlineData("", "nothing")]
    public void Every_revision_comes_once(string changes, string? wrong) => AssertVerdict(WatchChecker.Unbroken(Parse(changes), 5), wrong);

    // The keys a, b and c were written in turn from revision 5 to 12, with compactions at 7 and then at 9.
    [Theory]
    [InlineData("put c 5; put a 6; put b 7", null)]
    [InlineData("put a 6", "5 are missing")]
    [InlineData("put c 5; put b 7", "6 are missing")]
    [InlineData("put c 5; put a 6; put a 6", "came after")]
    [InlineData("put c 5; put b 6", "never written")]
    [InlineData("put c 5; resync - 8; existing a 6; existing b 7; existing c 8; put a 9", null)]
    [InlineData("put c 5; resync - 8; existing a 9; existing b 7; existing c 8; put b 10", null)]
    [InlineData("put c 5; resync - 8; existing a 6; resync - 9; existing a 9; existing b 7; existing c 8; put b 10", null)]
    [InlineData("put c 5; resync - 8; existing a 6; existing c 8; put a 9", "lacks b @7")]
    [InlineData("put c 5; resync - 8; existing a 6; existing b 7; existing c 8; put b 10", "9 are missing")]
    [InlineData("put c 5; put a 6; resync - 6; existing a 6; existing b 4; existing c 5", "nothing between them was compacted")]
    [InlineData("put c 5; put a 6; put b 7; put c 8; resync - 12", "nothing between them was compacted")]
    public void A_gap_is_one_that_a_compaction_made(string changes, string? wrong) => AssertVerdict(Gaps().Check(Parse(changes), 5, null), wrong);

    [Theory]
    [InlineData("put c 5", null)]
    [InlineData("put c 5; put a 6", "not what was done")]
    public void A_watch_ends_as_compacted_only_where_it_missed_something(string changes, string? wrong) =>
        AssertVerdict(Gaps().Check(Parse(changes), 5, Compacted), wrong);

    [Fact]
    public void A_watch_that_ends_otherwise_has_failed() => AssertVerdict(Gaps().Check([], 5, new KvStoreClosedException("here")), "failed");

    private static void AssertVerdict(IEnumerable<string> found, string? wrong)
    {
        if (wrong is null)
        {
            Assert.Empty(found);
        }
        else
        {
            Assert.Contains(found, w => w.Contains(wrong, StringComparison.Ordinal));
        }
    }

    private static GapChecker Gaps() => new(
        new SortedDictionary<long, KvPair>(Enumerable.Range(5, 8).ToDictionary(r => (long)r, r => Pair($"{(char)('a' + (r % 3))}", r))), [7, 9]);

    private static List<KvEvent> Parse(string changes) => [.. changes.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split(' ')).Select(words => new KvEvent
    {
        Type = Enum.Parse<KvEventType>(words[0], ignoreCase: true),
        Pair = Pair(words[1], long.Parse(words[2])),
    })];

    private static KvPair Pair(string key, long revision) => new($"{revision}".Bytes().ToArray()) { Key = key, Revision = revision };
}
