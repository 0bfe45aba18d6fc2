namespace Valkeyrie.PowerShell.Provider;

/// <summary>What a store knows of an entry beside the value.</summary>
internal static class EntryProperties
{
    public static IEnumerable<(string Name, object? Value)> Of(KvEntry entry)
    {
        yield return (nameof(KvPair.Key), entry.Path);
        yield return (nameof(entry.IsDirectory), entry.IsDirectory);
        if (entry.Pair is { } pair)
        {
            yield return ("Length", pair.Bytes.Length);
            yield return (nameof(pair.Revision), pair.Revision);
            yield return (nameof(pair.CreateRevision), pair.CreateRevision);
            yield return (nameof(pair.Version), pair.Version);
            yield return (nameof(pair.LeaseId), pair.LeaseId);
            yield return (nameof(pair.Ttl), pair.Ttl);
        }
    }
}
