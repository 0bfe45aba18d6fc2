namespace Valkeyrie;

/// <summary>What a mirror does at a moment.</summary>
public enum KvTreeMirrorPhase
{
    /// <summary>It compares both trees and writes where they differ.</summary>
    Comparing,

    /// <summary>It makes each change of the source.</summary>
    Following,

    /// <summary>A store is away. The mirror goes on by itself once it is back.</summary>
    Away,

    /// <summary>It has ended.</summary>
    Ended,
}

/// <summary>How far a mirror has come.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Written">How many values it has written to the destination.</param>
/// <param name="Unchanged">How many keys it has found to have their value already, in comparisons.</param>
/// <param name="Removed">How many keys it has removed from the destination.</param>
/// <param name="Revision">The source's revision of the last change that is made; of the listing, where none was made since; 0 before the first comparison has ended.</param>
/// <param name="Comparisons">How often both trees were compared to the end: at the beginning, and where changes were no longer kept.</param>
public sealed record KvTreeMirrorStatus(KvTreeMirrorPhase Phase, long Written, long Unchanged, long Removed, long Revision, int Comparisons) : IFormattable
{
    /// <summary>Why a store is away; null if none is.</summary>
    public KvException? Outage { get; init; }

    /// <summary>What was done in words.</summary>
    public override string ToString() =>
        $"{Phase}: {Written} written, {Unchanged} unchanged, {Removed} removed, up to revision {Revision}{(Outage is null ? "" : $". {Outage.Message}")}";

    /// <summary>Formats a part of the status as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>outage</c> for why a store is away; null, empty or <c>G</c> for all in words.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => VisibleText.Of(ToString()),
        "outage" => VisibleText.Of(Outage?.Message),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a mirror's status. Use outage."),
    };
}
