namespace Valkeyrie.Tests.Faults;

/// <summary>The requirements for the changes of a store with only the watched writes.</summary>
internal static class WatchChecker
{
    /// <summary>Gets the violations; empty if there are none. Every revision has one change, so none may be missing, repeated or out of order. This needs no
    /// second watch, which would make the same mistake.</summary>
    /// <param name="changes">The delivered changes.</param>
    /// <param name="first">The first revision of the watch.</param>
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
