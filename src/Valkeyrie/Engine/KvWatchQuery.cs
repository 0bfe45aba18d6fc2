namespace Valkeyrie.Engine;

/// <summary>The changes of a range, as a store with revisions is asked for them.</summary>
/// <param name="Range">Which keys.</param>
/// <param name="FromRevision">The first revision whose changes are wanted.</param>
public sealed record KvWatchQuery(KvRange Range, long FromRevision)
{
    /// <summary>The history that the revision belongs to (<see cref="KvPage.History"/>); 0 (the default) for whichever the store has when the watch
    /// begins.</summary>
    public long History { get; init; }

    /// <summary>True to carry the pair before each change along. Default: false.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>True for <see cref="KvEventType.Outage"/> and <see cref="KvEventType.Resumed"/> among the changes, each a batch of its
    /// own. Default: false.</summary>
    public bool Outages { get; init; }
}
