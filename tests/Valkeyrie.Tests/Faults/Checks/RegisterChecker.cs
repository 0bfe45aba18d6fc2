namespace Valkeyrie.Tests.Faults;

/// <summary>Checks whether the calls on one register are linearizable (Herlihy and Wing, 1990): whether an order exists, with each call at one moment between
/// its start and its end, in which a plain variable would have returned the same results.</summary>
/// <remarks>
/// <para>The search is that of Wing and Gong with Lowe's cache of configurations: each step places one of the calls that can come
/// next. A failed configuration, which is the set of placed calls and the resulting value, is not tried again.</para>
/// <para>A call with an unknown outcome can take effect at any time after its start, or never. It is placed only if the next known call
/// needs it: otherwise it could equally come later or not at all. Several of them in a row are useful only as a write or delete followed by swaps.</para>
/// <para>Because values are unique, a replaced value does not return: no step skips a value that a known call must still find. Values that
/// no call finds or expects are equivalent, and so are calls of unknown outcome with the same effect: any of them can be used, and a
/// configuration that has used more of them is not better than one that has used fewer.</para>
/// <para>Failed reads contain no information; calls that reached no server must have had no effect. Both are ignored.</para>
/// </remarks>
internal sealed class RegisterChecker
{
    private readonly List<Step> _known = [];
    private readonly List<Step> _unknown = [];
    private readonly int[] _finders;
    private readonly long _budget;

    private RegisterChecker(IEnumerable<RecordedCall> calls, long budget)
    {
        _budget = budget;
        var numbers = new Dictionary<string, int>();
        foreach (var call in calls.OrderBy(c => c.Start))
        {
            switch (call.Outcome)
            {
                case CallOutcome.Ok: _known.Add(new Step(call, Number(call.Value), Number(call.Expected), Number(call.Result), call.End)); break;
                case CallOutcome.Unknown when call.Kind != CallKind.Read:
                    _unknown.Add(new Step(call, Number(call.Value), Number(call.Expected), Nothing, long.MaxValue));
                    break;
            }
        }

        _finders = new int[numbers.Count + FirstNumber];
        foreach (var step in _known.Where(Finds))
        {
            _finders[Found(step)]++;
        }

        var expected = _known.Concat(_unknown).Where(s => s.Call.Kind == CallKind.Swap).Select(s => s.Expected).ToHashSet();
        Merge(_known);
        Merge(_unknown);

        void Merge(List<Step> steps)
        {
            for (var i = 0; i < steps.Count; i++)
            {
                var value = steps[i].Value;
                steps[i] = value == Nothing || _finders[value] > 0 || expected.Contains(value) ? steps[i] : steps[i] with { Value = Unseen };
            }
        }

        int Number(string? value)
        {
            if (value is null)
            {
                return Nothing;
            }

            numbers.TryAdd(value, numbers.Count + FirstNumber);
            return numbers[value];
        }
    }

    // Numbers in place of values: none, a value that no call finds or expects, and the others.
    private const int Nothing = 0;
    private const int Unseen = 1;
    private const int FirstNumber = 2;

    private const int NoBlock = -1;

    /// <summary>Checks the calls on one register, which is empty at first.</summary>
    /// <param name="calls">All calls on it, in any order.</param>
    /// <param name="budget">The maximum number of configurations.</param>
    /// <returns>Null if they are linearizable, otherwise the calls that could not be placed.</returns>
    /// <exception cref="InvalidOperationException">The budget was not sufficient.</exception>
    public static string? Check(IEnumerable<RecordedCall> calls, long budget = 5_000_000) => new RegisterChecker(calls, budget).Search();

    private string? Search()
    {
        var placed = new PlacedCalls(_known.Count, _unknown.Count);
        var tried = new Dictionary<Configuration, List<ulong[]>>();
        var configurations = 0L;
        var path = new Stack<Frame>();
        var deepest = 0;
        string? stuck = null;
        var state = Nothing;
        var block = NoBlock;
        var candidates = Candidates(placed, state, block);
        var at = 0;
        while (placed.KnownCount < _known.Count)
        {
            if (at < candidates.Count)
            {
                var step = candidates[at++];
                Place(placed, step, true);
                var next = new Configuration(placed.Key(), After(Of(step), state), step < _known.Count ? NoBlock : block == NoBlock ? state : block);
                if (LeavesBehind(state, next.State) || !IsNew(tried, next, placed))
                {
                    Place(placed, step, false);
                    continue;
                }

                if (++configurations > _budget)
                {
                    throw new InvalidOperationException($"Whether the calls are linearizable could not be told within {_budget} configurations.");
                }

                path.Push(new Frame(step, state, block, candidates, at));
                (state, block) = (next.State, next.Block);
                candidates = Candidates(placed, state, block);
                at = 0;
                continue;
            }

            if (stuck is null || placed.KnownCount > deepest)
            {
                deepest = placed.KnownCount;
                stuck = Describe(placed, state);
            }

            if (path.Count == 0)
            {
                return stuck;
            }

            var last = path.Pop();
            Place(placed, last.Step, false);
            (state, block, candidates, at) = (last.State, last.Block, last.Candidates, last.Next);
        }

        return null;
    }

    /// <summary>The calls that can come next, known ones first; calls of unknown outcome have the numbers after the known ones.</summary>
    private List<int> Candidates(PlacedCalls placed, int state, int block)
    {
        // No call can be placed after the end of an unplaced call.
        var bound = long.MaxValue;
        for (var i = placed.Low; i < _known.Count && _known[i].Call.Start <= bound; i++)
        {
            bound = placed.Known(i) ? bound : Math.Min(bound, _known[i].End);
        }

        var candidates = new List<int>();
        for (var i = placed.Low; i < _known.Count && _known[i].Call.Start <= bound; i++)
        {
            if (!placed.Known(i) && IsLegal(_known[i], state) && (block == NoBlock || !IsLegal(_known[i], block)))
            {
                candidates.Add(i);
            }
        }

        var alike = new HashSet<(CallKind, int, int)>();
        for (var i = 0; i < _unknown.Count && _unknown[i].Call.Start <= bound; i++)
        {
            var step = _unknown[i];
            if (!placed.Unknown(i)
                && (block == NoBlock || step.Call.Kind == CallKind.Swap)
                && After(step, state) != state
                && alike.Add((step.Call.Kind, step.Value, step.Expected)))
            {
                candidates.Add(_known.Count + i);
            }
        }

        return candidates;
    }

    /// <summary>True, and recorded, if no equivalent or better configuration was tried: the same placed calls, the same value, and no more used calls of
    /// unknown outcome.</summary>
    private static bool IsNew(Dictionary<Configuration, List<ulong[]>> tried, Configuration next, PlacedCalls placed)
    {
        if (!tried.TryGetValue(next, out var used))
        {
            tried[next] = [placed.UsedUp()];
            return true;
        }

        if (used.Exists(placed.HasUsedUpAll))
        {
            return false;
        }

        used.Add(placed.UsedUp());
        return true;
    }

    private void Place(PlacedCalls placed, int step, bool isPlaced)
    {
        placed.Set(step, isPlaced);
        if (step < _known.Count && Finds(_known[step]))
        {
            _finders[Found(_known[step])] += isPlaced ? -1 : 1;
        }
    }

    private bool LeavesBehind(int state, int next) => state != next && state != Nothing && _finders[state] > 0;

    /// <summary>True for a call whose answer contains the value of the register.</summary>
    private static bool Finds(Step step) => step.Call.Kind == CallKind.Read || (step.Call.Kind == CallKind.Swap && step.Call.Applied);

    private static int Found(Step step) => step.Call.Kind == CallKind.Read ? step.Result : step.Expected;

    private Step Of(int step) => step < _known.Count ? _known[step] : _unknown[step - _known.Count];

    private static bool IsLegal(Step step, int state) => step.Call.Kind switch
    {
        CallKind.Read => step.Result == state,
        CallKind.Write => true,
        CallKind.Delete => step.Call.Applied == (state != Nothing),
        _ => step.Call.Applied == (state == step.Expected),
    };

    private static int After(Step step, int state) => step.Call.Kind switch
    {
        CallKind.Write => step.Value,
        CallKind.Delete => Nothing,
        CallKind.Swap when state == step.Expected => step.Value,
        _ => state,
    };

    private string Describe(PlacedCalls placed, int state)
    {
        const int Shown = 12;
        var value = state == Nothing ? "nothing" : state == Unseen ? "a value that nobody finds" : _known.Concat(_unknown).Select(s => (s.Value, s.Call.Value)).FirstOrDefault(v => v.Item1 == state).Item2;
        var left = Enumerable.Range(0, _known.Count).Where(i => !placed.Known(i)).Take(Shown).Select(i => _known[i].Call);
        return $"After {placed.KnownCount} of {_known.Count} calls the register holds {value ?? "a value that nobody wrote"}, and none of these can come next:\n"
            + string.Join('\n', left);
    }

    private sealed record Step(RecordedCall Call, int Value, int Expected, int Result, long End);

    private readonly record struct Frame(int Step, int State, int Block, List<int> Candidates, int Next);

    /// <summary>The placed known calls, the resulting value, and the value before the pending calls of unknown outcome.</summary>
    private readonly record struct Configuration(string Placed, int State, int Block);
}
