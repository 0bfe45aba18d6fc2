namespace Valkeyrie.Tests.Faults;

/// <summary>Checks the revisions: each identifies one write, and they grow with time. This is fast, and finds faults that
/// <see cref="RegisterChecker"/> cannot find, because revisions also order the writes of different keys.</summary>
internal static class RevisionChecker
{
    /// <summary>Gets the violations, one per line; empty if there are none.</summary>
    public static IEnumerable<string> Check(IReadOnlyCollection<RecordedCall> calls)
    {
        var answered = calls.Where(c => c is { Outcome: CallOutcome.Ok, Revision: > 0 }).ToList();
        foreach (var group in answered.GroupBy(c => c.Revision))
        {
            if (group.Select(c => (c.Key, Written(c))).Distinct().Count() > 1)
            {
                yield return $"Revision {group.Key} was told of more than one write:\n{string.Join('\n', group)}";
            }
        }

        // A call that begins after an acknowledged write writes a later revision, and reads that revision of the key or a later one.
        foreach (var late in Late(answered.Where(c => c.Kind != CallKind.Read), answered.Where(c => c.Kind != CallKind.Read))
            .Concat(answered.GroupBy(c => c.Key).SelectMany(key => Late(key, key.Where(c => c.Kind == CallKind.Read)))))
        {
            yield return late;
        }
    }

    private static string? Written(RecordedCall call) => call.Kind == CallKind.Read ? call.Result : call.Value;

    private static IEnumerable<string> Late(IEnumerable<RecordedCall> earlier, IEnumerable<RecordedCall> later)
    {
        using var ended = earlier.OrderBy(c => c.End).GetEnumerator();
        RecordedCall? newest = null;
        var more = ended.MoveNext();
        foreach (var call in later.OrderBy(c => c.Start))
        {
            for (; more && ended.Current.End < call.Start; more = ended.MoveNext())
            {
                newest = newest is null || ended.Current.Revision > newest.Revision ? ended.Current : newest;
            }

            if (newest is not null && call.Revision < newest.Revision)
            {
                yield return $"This call came after the other and is at an earlier revision:\n{call}\n{newest}";
            }
        }
    }
}
