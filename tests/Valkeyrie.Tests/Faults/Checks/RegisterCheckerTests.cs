using FsCheck;
using FsCheck.Fluent;

namespace Valkeyrie.Tests.Faults;

/// <summary>The checker itself, on histories with a known verdict.</summary>
public sealed class RegisterCheckerTests
{
    [Theory]

    // One client after another.
    [InlineData("write a 1 2; read a 3 4; write b 5 6; read b 7 8", true)]
    [InlineData("read - 1 2; write a 3 4; delete yes 5 6; read - 7 8; delete no 9 10", true)]
    [InlineData("swap - a yes 1 2; swap - b no 3 4; swap a c yes 5 6; read c 7 8", true)]

    // Overlapping calls can have either order.
    [InlineData("write a 1 10; read - 2 3; read a 4 5", true)]
    [InlineData("write a 1 10; write b 2 9; read b 11 12", true)]
    [InlineData("write a 1 10; write b 2 9; read a 11 12", true)]
    [InlineData("write a 1 2; delete yes 3 9; delete no 4 8", true)]

    // Unknown outcome: made immediately, made late, or never made.
    [InlineData("write a 1 2; write? b 3; read b 4 5", true)]
    [InlineData("write a 1 2; write? b 3; read a 4 5; read b 6 7", true)]
    [InlineData("write a 1 2; write? b 3; read a 4 5", true)]
    [InlineData("write a 1 2; delete? 3; read a 4 5; read - 6 7", true)]
    [InlineData("write? a 1; swap? a b 2; swap? b c 3; read c 4 5", true)]
    [InlineData("write? a 1; delete yes 2 3; read - 4 5", true)]

    // A failed read, and a write that reached no server, contain no information.
    [InlineData("write a 1 2; read? 3; write! b 4 5; read a 6 7", true)]

    // A stale read.
    [InlineData("write a 1 2; write b 3 4; read a 5 6", false)]
    [InlineData("write a 1 2; read - 3 4", false)]

    // A lost write.
    [InlineData("write a 1 2; write b 3 4; read b 5 6; read a 7 8", false)]
    [InlineData("swap - a yes 1 2; swap - b yes 3 4", false)]

    // Two successful swaps from one value; a swap that was refused without a reason.
    [InlineData("write a 1 2; swap a b yes 3 9; swap a c yes 4 8", false)]
    [InlineData("write a 1 2; swap a b no 3 4", false)]

    // A write that was not sent, but appears.
    [InlineData("write a 1 2; write! b 3 4; read b 5 6", false)]

    // Reads that go back while the write is in flight.
    [InlineData("write a 1 2; write b 3 20; read b 4 5; read a 6 7", false)]
    [InlineData("write a 1 2; write? b 3; read b 4 5; read a 6 7", false)]

    // A value that was never written; one from the future; a delete that found a removed value.
    [InlineData("write a 1 2; read x 3 4", false)]
    [InlineData("read a 1 2; write a 3 4", false)]
    [InlineData("read a 1 2; write? a 3", false)]
    [InlineData("write a 1 2; delete yes 3 4; delete yes 5 6", false)]
    [InlineData("write? a 1; delete yes 2 3; delete yes 4 5", false)]
    public void A_history_gets_its_verdict(string history, bool linearizable) =>
        Assert.Equal(linearizable, RegisterChecker.Check(Parse(history)) is null);

    [Fact]
    public void What_a_register_did_is_linearizable() => Prop
        .ForAll(Histories(), seed => RegisterChecker.Check(SimulatedRegister.Run(seed)) is null)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_register_that_answers_one_read_wrongly_is_found_out() => Prop
        .ForAll(Histories(), seed => SimulatedRegister.Spoil(SimulatedRegister.Run(seed), seed) is not { } spoilt || RegisterChecker.Check(spoilt) is not null)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_long_history_with_many_unknown_outcomes_is_judged_soon()
    {
        var calls = SimulatedRegister.Run(seed: 11, calls: 4_000, clients: 8, unknownPercent: 1);
        Assert.Null(RegisterChecker.Check(calls));
        Assert.NotNull(RegisterChecker.Check(SimulatedRegister.Spoil(calls, seed: 11)!));
    }

    [Fact]
    public void Revisions_that_go_back_or_name_two_writes_are_found_out()
    {
        List<RecordedCall> right = [Revised("a", 1, 2, 5), Revised("b", 3, 4, 6)];
        Assert.Empty(RevisionChecker.Check(right));
        Assert.Single(RevisionChecker.Check([right[0], Revised("b", 3, 4, 4)]));
        Assert.Single(RevisionChecker.Check([right[0], Revised("b", 1, 2, 5)]));
        Assert.Empty(RevisionChecker.Check([right[0], Revised("b", 1, 4, 4)]));
    }

    [Fact]
    public void Lost_unsent_late_and_untyped_calls_are_found_out()
    {
        List<RecordedCall> calls = [Revised("a", 1, 2, 5)];
        var made = new KvEvent { Type = KvEventType.Put, Pair = new KvPair("a".Bytes().ToArray()) { Key = "k", Revision = 5 } };
        var timeout = TimeSpan.FromSeconds(1);
        Assert.Empty(HistoryChecker.Check(calls, timeout, [made]));
        Assert.Contains("lost", Assert.Single(HistoryChecker.Check(calls, timeout, [])), StringComparison.Ordinal);
        Assert.Contains("not sent", Assert.Single(HistoryChecker.Check([calls[0] with { Outcome = CallOutcome.NotSent }], timeout, [made])), StringComparison.Ordinal);
        Assert.Contains("failed", Assert.Single(HistoryChecker.Check([calls[0] with { Outcome = CallOutcome.Unexpected }], timeout, [made])), StringComparison.Ordinal);
        var late = calls[0] with { End = long.MaxValue };
        Assert.Contains("in time", Assert.Single(HistoryChecker.Check([late], timeout, [made])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recorded_call_is_read_as_it_was_written()
    {
        var call = Revised("a", 1, 2, 5) with { Error = "one\ttwo\nthree" };
        Assert.Equal(call with { Error = "one two three" }, RecordedCall.Parse(call.ToString()));
        Assert.Null(RecordedCall.Parse(call.ToString()[..10]));
    }

    private static Arbitrary<int> Histories() => Gen.Choose(1, 1_000_000).ToArbitrary();

    private static RecordedCall Revised(string value, long start, long end, long revision) => new()
    {
        Client = 1, Number = (int)revision, Kind = CallKind.Write, Key = "k", Value = value, Start = start, End = end,
        Outcome = CallOutcome.Ok, Applied = true, Revision = revision,
    };

    /// <summary>Reads a history: "write VALUE", "read VALUE", "delete yes|no", "swap EXPECTED VALUE yes|no", each with start and end; a question mark
    /// for an unknown outcome (no end, no answer), an exclamation mark for one that was not sent.</summary>
    private static IEnumerable<RecordedCall> Parse(string history) => history.Split("; ").Select((text, i) =>
    {
        var words = text.Split(' ');
        var outcome = words[0][^1] switch { '?' => CallOutcome.Unknown, '!' => CallOutcome.NotSent, _ => CallOutcome.Ok };
        var kind = Enum.Parse<CallKind>(words[0].TrimEnd('?', '!'), ignoreCase: true);
        var times = words[^(outcome == CallOutcome.Unknown ? 1 : 2)..].Select(long.Parse).ToArray();
        var values = words[1..^times.Length].Select(w => w == "-" ? null : w).ToArray();
        return new RecordedCall
        {
            Client = i,
            Number = 1,
            Kind = kind,
            Key = "k",
            Start = times[0],
            End = times.Length > 1 ? times[1] : 0,
            Outcome = outcome,
            Value = kind == CallKind.Write ? values[0] : kind == CallKind.Swap ? values[1] : null,
            Expected = kind == CallKind.Swap ? values[0] : null,
            Result = kind == CallKind.Read && values.Length > 0 ? values[0] : null,
            Applied = kind == CallKind.Write || (values.Length > 0 && values[^1] == "yes"),
        };
    });
}
