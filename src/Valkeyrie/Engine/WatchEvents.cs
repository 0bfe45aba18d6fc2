namespace Valkeyrie.Engine;

/// <summary>Makes the events that are about a watch itself, not about a key.</summary>
public static class WatchEvents
{
    /// <summary>Makes one.</summary>
    /// <param name="type"><see cref="KvEventType.Outage"/>, <see cref="KvEventType.Resumed"/>, <see cref="KvEventType.Resync"/> or <see cref="KvEventType.Listed"/>.</param>
    /// <param name="range">What is watched.</param>
    /// <param name="revision">The revision that it tells of.</param>
    /// <param name="error">The cause of an outage; null for the others.</param>
    public static KvEvent Of(KvEventType type, KvRange range, long revision, KvException? error = null)
    {
        ArgumentNullException.ThrowIfNull(range);
        return new() { Type = type, Pair = new KvPair { Key = range.Text, KeyOnly = true, Revision = revision }, Error = error };
    }
}
