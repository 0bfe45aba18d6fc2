using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded;

/// <summary>How much of its history an embedded store keeps: what reads at older revisions and resumed watches can go back to.</summary>
/// <remarks>A change is forgotten when either bound is passed. The newest version of every key is always kept. Processes that share a file should
/// give the same bounds; where they differ, the tighter ones win.</remarks>
public sealed record EmbeddedOptions
{
    /// <summary>The most revisions kept. Default: 100,000. At least 1. Some hundreds more may be there for a while.</summary>
    public long HistoryRevisions { get; init; } = 100_000;

    /// <summary>How long a revision is kept. Default: 24 hours. Above zero.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromHours(24);

    internal HistoryBounds Bounds => new(HistoryRevisions, HistoryAge);

    internal void Check()
    {
        if (HistoryRevisions < 1)
        {
            throw new KvInvalidArgumentException($"The limit of the history must be at least 1 revision; it is {HistoryRevisions}.");
        }

        if (HistoryAge <= TimeSpan.Zero)
        {
            throw new KvInvalidArgumentException($"The age limit of the history must be greater than zero; it is {HistoryAge}.");
        }
    }
}
