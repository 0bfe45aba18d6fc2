namespace Valkeyrie;

/// <summary>Options of a <see cref="KvTreeCopy"/>.</summary>
public sealed record KvTreeCopyOptions
{
    /// <summary>True to remove keys that the destination has and the source does not. Default: false.</summary>
    public bool Prune { get; init; }

    /// <summary>Skips this key, relative to the tree, and all keys before it. To resume an interrupted copy, use its <see cref="KvTreeCopyResult.LastKey"/>.
    /// Default: null, from the beginning.</summary>
    public string? StartAfter { get; init; }

    /// <summary>The maximum number of keys under way at once, from 1; with 1 each write is a separate request. Default: 1024.</summary>
    public int InFlight { get; init; } = 1024;
}

/// <summary>The result or progress of a copy.</summary>
/// <param name="Written">The number of written keys.</param>
/// <param name="Unchanged">The number of keys that already had the value.</param>
/// <param name="Removed">The number of keys removed from the destination.</param>
/// <param name="LastKey">The last completed key, relative to the tree: all keys up to it are done; null if none are.</param>
public sealed record KvTreeCopyResult(long Written, long Unchanged, long Removed, string? LastKey) : IFormattable
{
    /// <summary>The number of written and unchanged keys that expire in the source but not in the destination, because a copy has no times to live.</summary>
    public long Permanent { get; init; }

    /// <summary>The first of these keys, relative to the tree; null if there are none.</summary>
    public string? FirstPermanent { get; init; }

    /// <summary>Formats the last key as visible text (<see cref="VisibleText"/>).</summary>
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
