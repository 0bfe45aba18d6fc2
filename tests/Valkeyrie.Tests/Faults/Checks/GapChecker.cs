namespace Valkeyrie.Tests.Faults;

/// <summary>Checks the events of a watch whose missed changes can be compacted: each write once and in order, except for reported gaps that a compaction
/// caused; and after a gap, all existing pairs.</summary>
/// <param name="written">Every write, by its revision. Nothing is deleted.</param>
/// <param name="compactions">The revisions of the compactions, in order.</param>
internal sealed class GapChecker(SortedDictionary<long, KvPair> written, IReadOnlyList<long> compactions)
{
    /// <summary>Gets the violations; empty if there are none.</summary>
    /// <param name="events">The delivered events.</param>
    /// <param name="from">The first requested revision.</param>
    /// <param name="error">The error at the end of the watch; null if it did not end.</param>
    public IEnumerable<string> Check(IEnumerable<KvEvent> events, long from, Exception? error)
    {
        var reached = from - 1;
        Dictionary<string, KvPair>? listed = null;
        foreach (var change in events)
        {
            if (change.Type == KvEventType.Existing)
            {
                // The listing after a resynchronization can be newer. It contains the newest change that it covers, because nothing is deleted.
                reached = Math.Max(reached, change.Revision);
                listed?.TryAdd(change.Key, change.Pair);
                continue;
            }

            if (change.Revision <= reached && change.Type != KvEventType.Resync)
            {
                yield return $"{RecordedWatch.Shape(change)} came after revision {reached}.";
            }

            if (change.Type == KvEventType.Resync)
            {
                // An interrupted listing is repeated.
                if (listed is null && !compactions.Any(c => c > reached + 1 && c <= change.Revision))
                {
                    yield return $"{RecordedWatch.Shape(change)} came after revision {reached}, and nothing between them was compacted.";
                }

                listed = [];
                reached = change.Revision;
                continue;
            }

            foreach (var wrong in NotListed(listed, reached).Concat(NotAsWritten(change, reached)))
            {
                yield return wrong;
            }

            listed = null;
            reached = change.Revision;
        }

        if (error is KvCompactedException end)
        {
            if (end.OldestRevision is not { } oldest || !compactions.Contains(oldest) || oldest <= reached + 1)
            {
                yield return $"A watch that had reached revision {reached} ended as compacted at {end.OldestRevision}, which is not what was done to it.";
            }
        }
        else if (error is not null)
        {
            yield return $"A watch failed: {error}";
        }
    }

    private IEnumerable<string> NotListed(Dictionary<string, KvPair>? listed, long reached)
    {
        if (listed is null)
        {
            return [];
        }

        var there = written.Values.Where(w => w.Revision <= reached).GroupBy(w => w.Key).Select(g => g.Last());
        return there.Where(w => listed.GetValueOrDefault(w.Key)?.Revision != w.Revision)
            .Select(w => $"The listing at revision {reached} behind a resynchronisation lacks {w.Key} @{w.Revision}.");
    }

    private IEnumerable<string> NotAsWritten(KvEvent change, long reached)
    {
        var missed = written.Keys.Where(r => r > reached && r < change.Revision).ToList();
        if (missed.Count > 0)
        {
            yield return $"Between {reached} and {change.Revision} the revisions {string.Join(", ", missed)} are missing.";
        }

        if (written.GetValueOrDefault(change.Revision) is not { } write || write.Key != change.Key || write.Value != change.Value)
        {
            yield return $"{RecordedWatch.Shape(change)} was never written so.";
        }
    }
}
