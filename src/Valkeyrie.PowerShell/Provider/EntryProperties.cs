namespace Valkeyrie.PowerShell.Provider;

/// <summary>The properties of an entry besides its value.</summary>
internal static class EntryProperties
{
    /// <summary>Gets the properties in display order.</summary>
    /// <param name="entry">The entry, with its value.</param>
    /// <param name="timeLeft">The remaining time to live; null if the key does not expire.</param>
    /// <param name="isTimeKnown">False to omit the time to live.</param>
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
