namespace Valkeyrie;

/// <summary>The phase of a mirror.</summary>
public enum KvTreeMirrorPhase
{
    /// <summary>The mirror compares both trees and writes the differences.</summary>
    Comparing,

    /// <summary>The mirror repeats each change of the source.</summary>
    Following,

    /// <summary>A store cannot be reached. The mirror continues automatically when it can.</summary>
    Away,

    /// <summary>The mirror has ended.</summary>
    Ended,
}

/// <summary>The progress of a mirror.</summary>
/// <param name="Phase">The current phase.</param>
/// <param name="Written">The number of values written to the destination.</param>
/// <param name="Unchanged">The number of keys that already had their value, in comparisons.</param>
/// <param name="Removed">The number of keys removed from the destination.</param>
/// <param name="Revision">The source's revision of the last repeated change, or of the listing if no change followed; 0 before the end of the first
/// comparison.</param>
/// <param name="Comparisons">The number of completed comparisons: one at the beginning, and one each time changes were no longer kept.</param>
public sealed record KvTreeMirrorStatus(KvTreeMirrorPhase Phase, long Written, long Unchanged, long Removed, long Revision, int Comparisons) : IFormattable
{
    /// <summary>The reason why a store cannot be reached; null if both can.</summary>
    public KvException? Outage { get; init; }

    /// <summary>The status in words.</summary>
    public override string ToString() =>
        $"{Phase}: {Written} written, {Unchanged} unchanged, {Removed} removed, up to revision {Revision}{(Outage is null ? "" : $". {Outage.Message}")}";

    /// <summary>Formats a part of the status as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>outage</c> for the reason of an outage; null, empty or <c>G</c> for the text of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(ToString()),
        "outage" => VisibleText.Of(Outage?.Message),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a mirror's status. Use outage."),
    };
}
