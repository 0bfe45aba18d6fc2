namespace Valkeyrie.Tests.Faults;

/// <summary>What must hold of the changes of a store in which nothing else is written than what is watched.</summary>
internal static class WatchChecker
{
    /// <summary>What is wrong; none if nothing is. Every revision makes one change, so none may be missing, come twice or out of order: known without
    /// a second watch, which would miss what this one does by the same mistake.</summary>
    /// <param name="changes">The changes, as a watch delivered them.</param>
    /// <param name="first">The revision that it began at.</param>
    public static IEnumerable<string> Unbroken(IReadOnlyList<KvEvent> changes, long first)
    {
        var next = first;
        foreach (var change in changes)
        {
            if (change.Revision != next)
            {
                yield return $"Revision {next} was next on a watch, and this came: {RecordedWatch.Shape(change)}.";
            }

            next = change.Revision + 1;
        }

        if (next == first)
        {
            yield return "A watch delivered nothing.";
        }
    }
}
