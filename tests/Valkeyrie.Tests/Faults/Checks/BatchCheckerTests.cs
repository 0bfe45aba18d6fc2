using System.Text;

namespace Valkeyrie.Tests.Faults;

/// <summary>The checker of batches finds faults, and none in a valid run.</summary>
public sealed class BatchCheckerTests
{
    private const int Killed = 9;

    private static readonly HashSet<int> KilledClients = [Killed];
    private static readonly HashSet<int> NoClients = [];
    private static readonly KvEvent[] Changes = [Made("a", "1", 5), Made("b", "2", 5), Made("a", "3", 6)];

    [Fact]
    public void What_is_right_is_found_right() => Assert.Empty(BatchChecker.Check(
        [
            Write(1, "a", "1", CallOutcome.Ok, 5),
            Write(2, "b", "2", CallOutcome.Unknown),
            Write(3, "a", "3", CallOutcome.Ok, 6),
            Write(4, "a", "never made", CallOutcome.Unknown),
            Write(5, "a", "not sent", CallOutcome.NotSent),
            Write(6, "a", "cut off", CallOutcome.Unknown) with { Client = Killed, End = 0 },
        ],
        KilledClients,
        Changes));

    [Fact]
    public void A_write_that_is_lost_is_found() => Finds("is lost", Write(1, "a", "gone", CallOutcome.Ok, 5));

    [Fact]
    public void A_write_that_is_acknowledged_at_another_revision_is_found() => Finds("at revision 5", Write(1, "a", "1", CallOutcome.Ok, 4));

    [Fact]
    public void A_write_that_was_made_though_it_was_not_sent_is_found() => Finds("yet it was made", Write(1, "a", "1", CallOutcome.NotSent));

    [Fact]
    public void A_write_without_an_end_is_found() => Finds("neither acknowledged nor reported", Write(1, "a", "x", CallOutcome.Unknown) with { End = 0 });

    [Fact]
    public void A_write_that_fails_as_none_may_is_found() => Finds("as none may", Write(1, "a", "x", CallOutcome.Unexpected));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_that_was_made_twice_is_found(bool acknowledged) => Assert.Contains(
        "made twice",
        Assert.Single(BatchChecker.Check([Write(1, "a", "1", acknowledged ? CallOutcome.Ok : CallOutcome.Unknown, acknowledged ? 5 : 0)], NoClients, [.. Changes, Made("a", "1", 8)])),
        StringComparison.Ordinal);

    [Fact]
    public void Writes_of_one_key_in_another_order_are_found() =>
        Finds("in the order of the calls", Write(1, "a", "3", CallOutcome.Ok, 6), Write(2, "a", "1", CallOutcome.Ok, 5));

    private static void Finds(string wrong, params RecordedCall[] calls) =>
        Assert.Contains(wrong, Assert.Single(BatchChecker.Check(calls, NoClients, Changes)), StringComparison.Ordinal);

    private static RecordedCall Write(int number, string key, string value, CallOutcome outcome, long revision = 0) =>
        new() { Client = 1, Number = number, Kind = CallKind.Write, Key = key, Value = value, Start = 1, End = 2, Outcome = outcome, Revision = revision };

    private static KvEvent Made(string key, string value, long revision) =>
        new() { Type = KvEventType.Put, Pair = new KvPair(Encoding.ASCII.GetBytes(value)) { Key = key, Revision = revision } };
}
