namespace Valkeyrie;

/// <summary>Options of a <see cref="KvTreeCopy"/>.</summary>
public sealed record KvTreeCopyOptions
{
    /// <summary>True to remove what the destination holds and the source does not. Default: false.</summary>
    public bool Prune { get; init; }

    /// <summary>Leave this key, relative to the tree, and all before it alone: a copy that was cut short goes on after its
    /// <see cref="KvTreeCopyResult.LastKey"/>. Default: null, from the beginning.</summary>
    public string? StartAfter { get; init; }

    /// <summary>The most keys on their way at once, at least 1; with 1 each write is a separate request. Default: 1024.</summary>
    public int InFlight { get; init; } = 1024;
}

/// <summary>How far a copy came.</summary>
/// <param name="Written">How many keys were written.</param>
/// <param name="Unchanged">How many keys were left alone, since they had the value already.</param>
/// <param name="Removed">How many keys were removed from the destination.</param>
/// <param name="LastKey">The key, relative to the tree, up to which everything is done; null if nothing is.</param>
public sealed record KvTreeCopyResult(long Written, long Unchanged, long Removed, string? LastKey) : IFormattable
{
    /// <summary>The last key, fit to be shown: see <see cref="VisibleText"/>.</summary>
    /// <param name="format"><c>key</c>; null, empty or <c>G</c> for the text of <see cref="ToString()"/>.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(LastKey),
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a copy's result. Use key."),
    };
}
