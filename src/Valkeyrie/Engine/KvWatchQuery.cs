namespace Valkeyrie.Engine;

/// <summary>The query for the changes of a range, to a store with revisions.</summary>
/// <param name="Range">The keys.</param>
/// <param name="FromRevision">The first revision to deliver.</param>
public sealed record KvWatchQuery(KvRange Range, long FromRevision)
{
    /// <summary>The history that the revision belongs to (<see cref="KvPage.History"/>). Default: 0, the store's history when the watch begins.</summary>
    public long History { get; init; }

    /// <summary>True to include the pair before each change. Default: false.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>True to include <see cref="KvEventType.Outage"/> and <see cref="KvEventType.Resumed"/>, each as a separate batch. Default: false.</summary>
    public bool Outages { get; init; }
}
