namespace Valkeyrie.Embedded.Storage;

/// <summary>The length of the history that a database keeps. A change that exceeds either bound is removed.</summary>
/// <param name="Revisions">The maximum number of revisions.</param>
/// <param name="Age">The time for which a revision is kept.</param>
internal sealed record HistoryBounds(long Revisions, TimeSpan Age);
