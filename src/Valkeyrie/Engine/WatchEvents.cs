namespace Valkeyrie.Engine;

/// <summary>Creates events about a watch itself rather than about a key.</summary>
public static class WatchEvents
{
    /// <summary>Creates an event.</summary>
    /// <param name="type"><see cref="KvEventType.Outage"/>, <see cref="KvEventType.Resumed"/>, <see cref="KvEventType.Resync"/> or
    /// <see cref="KvEventType.Listed"/>.</param>
    /// <param name="range">The watched range.</param>
    /// <param name="revision">The revision of the event.</param>
    /// <param name="error">The cause of an outage; null for other types.</param>
    public static KvEvent Of(KvEventType type, KvRange range, long revision, KvException? error = null)
    {
        ArgumentNullException.ThrowIfNull(range);
        return new() { Type = type, Pair = new KvPair { Key = range.Text, KeyOnly = true, Revision = revision }, Error = error };
    }
}
