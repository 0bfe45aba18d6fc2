using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded;

/// <summary>The length of the history that an embedded store keeps for reads at older revisions and for resumed watches.</summary>
/// <remarks>A change is removed when it exceeds either bound. The newest version of every key is always kept. Use the same bounds in all processes that share a
/// file; if they differ, the tighter ones apply.</remarks>
public sealed record EmbeddedOptions
{
    /// <summary>The maximum number of kept revisions, at least 1. Some hundreds more can exist for a while. Default: 100,000.</summary>
    public long HistoryRevisions { get; init; } = 100_000;

    /// <summary>The time for which a revision is kept, above zero. Default: 24 hours.</summary>
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
