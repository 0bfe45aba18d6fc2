namespace Valkeyrie.PowerShell.Provider;

/// <summary>What a store knows of an entry beside the value.</summary>
internal static class EntryProperties
{
    /// <summary>The properties, in the order in which they are shown.</summary>
    /// <param name="entry">The entry, with its value.</param>
    /// <param name="timeLeft">How long the key still lives; null for ever.</param>
    /// <param name="isTimeKnown">False to leave that out.</param>
    public static IEnumerable<(string Name, object? Value)> Of(KvEntry entry, TimeSpan? timeLeft, bool isTimeKnown)
    {
        yield return (nameof(KvPair.Key), entry.Path);
        yield return (nameof(entry.IsDirectory), entry.IsDirectory);
        if (entry.Pair is { } pair)
        {
            yield return ("Length", pair.GetBytes().Length);
            yield return (nameof(pair.Revision), pair.Revision);
            yield return (nameof(pair.CreateRevision), pair.CreateRevision);
            yield return (nameof(pair.Version), pair.Version);
            yield return (nameof(pair.LeaseId), pair.LeaseId);
            if (isTimeKnown)
            {
                yield return (nameof(pair.Ttl), timeLeft);
            }
        }
    }
}
