namespace Valkeyrie.Tests.Faults;

/// <summary>Simulates clients on a plain variable and records their calls: each call takes effect at one moment between its start
/// and its end, those of unknown outcome at a later time or never.</summary>
internal static class SimulatedRegister
{
    /// <summary>Creates a linearizable history.</summary>
    public static List<RecordedCall> Run(int seed, int calls = 60, int clients = 5, int unknownPercent = 8)
    {
        var random = new Random(seed);
        var free = new long[clients];
        var planned = new List<(long Effect, RecordedCall Call)>();
        for (var number = 1; number <= calls; number++)
        {
            var client = random.Next(clients);
            var start = free[client] + random.Next(1, 20);
            var end = start + random.Next(1, 40);
            free[client] = end;
            var kind = (CallKind)random.Next(4);
            var unknown = random.Next(100) < unknownPercent;
            var effect = !unknown ? random.NextInt64(start, end + 1)
                : random.Next(3) == 0 ? long.MaxValue
                : start + random.Next(200);
            planned.Add((effect, new RecordedCall
            {
                Client = client, Number = number, Kind = kind, Key = "k", Start = start, End = unknown ? 0 : end,
                Outcome = unknown ? CallOutcome.Unknown : CallOutcome.Ok,
                Value = kind is CallKind.Write or CallKind.Swap ? $"{client}.{number}" : null,
            }));
        }

        string? value = null;
        var done = new List<RecordedCall>();
        var seen = new List<string?> { null };
        foreach (var (effect, call) in planned.OrderBy(p => p.Effect))
        {
            // A swap usually expects the current value, and sometimes an earlier one.
            var expected = call.Kind == CallKind.Swap ? random.Next(3) > 0 ? value : seen[random.Next(seen.Count)] : null;
            var applied = call.Kind switch { CallKind.Write => true, CallKind.Swap => expected == value, CallKind.Delete => value is not null, _ => false };
            var known = call.Outcome == CallOutcome.Ok;
            done.Add(call with { Expected = expected, Applied = known && applied, Result = known && call.Kind == CallKind.Read ? value : null });
            value = effect == long.MaxValue || !applied ? value : call.Kind == CallKind.Delete ? null : call.Value;
            seen.Add(value);
        }

        return done;
    }

    /// <summary>Creates the history with a fault: the last successful read finds a value from the future, which is impossible; null if there is
    /// no such read.</summary>
    public static List<RecordedCall>? Spoil(List<RecordedCall> history, int seed)
    {
        var reads = history.Where(c => c is { Kind: CallKind.Read, Outcome: CallOutcome.Ok }).ToList();
        if (reads.Count == 0)
        {
            return null;
        }

        // Either a value that is not yet written, or one that was overwritten before the read began: both are impossible.
        var read = reads[new Random(seed).Next(reads.Count)];
        var future = history.FirstOrDefault(c => c.Start > read.End && c.Kind == CallKind.Write);
        var writes = history.Where(c => c is { Kind: CallKind.Write, Outcome: CallOutcome.Ok } && c.End < read.Start).OrderBy(c => c.End).ToList();
        var past = writes.FirstOrDefault(w => writes.Exists(later => w.End < later.Start));
        return (future ?? past) is not { } wrong ? null : [.. history.Where(c => c != read), read with { Result = wrong.Value }];
    }
}
