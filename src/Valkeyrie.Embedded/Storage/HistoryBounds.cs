namespace Valkeyrie.Embedded.Storage;

/// <summary>How much of its history a database keeps; a change that passes either bound is forgotten.</summary>
/// <param name="Revisions">The most revisions.</param>
/// <param name="Age">How long a revision is kept.</param>
internal sealed record HistoryBounds(long Revisions, TimeSpan Age);
