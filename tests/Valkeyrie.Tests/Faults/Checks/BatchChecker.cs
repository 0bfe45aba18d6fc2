namespace Valkeyrie.Tests.Faults;

/// <summary>The requirements for writes in batches, each with a unique value.</summary>
internal static class BatchChecker
{
    /// <summary>Gets the violations; empty if there are none.</summary>
    /// <param name="calls">The writes.</param>
    /// <param name="killed">The clients whose process was killed, which can have calls without an end.</param>
    /// <param name="changes">Every change that the store made.</param>
    public static IEnumerable<string> Check(IReadOnlyCollection<RecordedCall> calls, IReadOnlySet<int> killed, IReadOnlyList<KvEvent> changes)
    {
        var made = changes.Where(change => change.Type == KvEventType.Put).ToLookup(change => (change.Key, (string?)change.Value), change => change.Revision);
        foreach (var call in calls)
        {
            long[] revisions = [.. made[(call.Key, call.Value)]];
            var wrong = call switch
            {
                { Outcome: CallOutcome.Unexpected } => "failed as none may",
                { End: 0 } when !killed.Contains(call.Client) => "was neither acknowledged nor reported",
                { Outcome: CallOutcome.Ok } when revisions.Length == 0 => "was acknowledged and is lost",
                { Outcome: CallOutcome.NotSent } when revisions.Length > 0 => "was not sent, they say, and yet it was made",
                _ when revisions.Length > 1 => "was made twice",
                { Outcome: CallOutcome.Ok } when revisions[0] != call.Revision => $"was made at revision {revisions[0]}",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return $"This write {wrong}:\n{call}";
            }
        }

        foreach (var (earlier, later) in calls.Where(call => call.Outcome == CallOutcome.Ok).GroupBy(call => (call.Client, call.Key)).SelectMany(InOrder).Where(pair => pair.First.Revision >= pair.Second.Revision))
        {
            yield return $"These writes of one key were not made in the order of the calls:\n{earlier}\n{later}";
        }
    }

    private static IEnumerable<(RecordedCall First, RecordedCall Second)> InOrder(IEnumerable<RecordedCall> calls)
    {
        RecordedCall[] ordered = [.. calls.OrderBy(call => call.Number)];
        return ordered.Zip(ordered.Skip(1));
    }
}
