using System.Diagnostics;

namespace Valkeyrie.Tests.Faults;

/// <summary>All requirements for the recorded calls of a run.</summary>
internal static class HistoryChecker
{
    /// <summary>Gets the violations; empty if there are none.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="timeout">The maximum duration of a call, including the delay of a busy machine.</param>
    /// <param name="changes">Every change of the store in order; null if they are unknown.</param>
    public static IEnumerable<string> Check(IReadOnlyCollection<RecordedCall> calls, TimeSpan timeout, IReadOnlyList<KvEvent>? changes)
    {
        var unexpected = calls.Where(c => c.Outcome == CallOutcome.Unexpected).Select(c => $"This call failed as none may:\n{c}");
        var late = calls.Where(c => c.End > 0 && Stopwatch.GetElapsedTime(c.Start, c.End) > timeout).Select(c => $"This call did not end in time:\n{c}");
        var registers = calls.GroupBy(c => c.Key).Select(Unlinearizable).OfType<string>();
        return [.. unexpected, .. late, .. NotSentButThere(calls, changes), .. Lost(calls, changes), .. RevisionChecker.Check(calls), .. registers];
    }

    private static string? Unlinearizable(IGrouping<string, RecordedCall> register)
    {
        try
        {
            return RegisterChecker.Check(register) is { } wrong ? $"{register.Key} is not linearizable. {wrong}" : null;
        }
        catch (InvalidOperationException e)
        {
            return $"{register.Key}: {e.Message}";
        }
    }

    private static IEnumerable<string> NotSentButThere(IReadOnlyCollection<RecordedCall> calls, IReadOnlyList<KvEvent>? changes)
    {
        var there = calls.Select(c => c.Result).Concat(changes?.Select(e => e.Value) ?? []).ToHashSet();
        return calls.Where(c => c.Outcome == CallOutcome.NotSent && c.Value is not null && there.Contains(c.Value))
            .Select(c => $"This write was not sent, they say, and yet it was made:\n{c}");
    }

    private static IEnumerable<string> Lost(IReadOnlyCollection<RecordedCall> calls, IReadOnlyList<KvEvent>? changes)
    {
        if (changes is null)
        {
            return [];
        }

        var made = changes.Where(e => e.Type == KvEventType.Put).Select(e => (e.Key, (string?)e.Value, e.Revision)).ToHashSet();
        return calls.Where(c => c is { Outcome: CallOutcome.Ok, Kind: CallKind.Write or CallKind.Swap, Applied: true } && !made.Contains((c.Key, c.Value, c.Revision)))
            .Select(c => $"This write was acknowledged and is lost:\n{c}");
    }
}
