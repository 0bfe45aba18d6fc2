namespace Valkeyrie;

/// <summary>How two trees differ at a key.</summary>
public enum KvDifferenceKind
{
    /// <summary>Both hold it with the same value.</summary>
    Equal,

    /// <summary>The reference tree alone holds it.</summary>
    OnlyReference,

    /// <summary>The difference tree alone holds it.</summary>
    OnlyDifference,

    /// <summary>Both hold it, with different values.</summary>
    Value,
}

/// <summary>A key at which two trees were compared.</summary>
public sealed class KvTreeDifference : IFormattable
{
    private readonly string _referenceRoot;
    private readonly string _differenceRoot;

    internal KvTreeDifference(KvPair? reference, KvPair? difference, string referenceRoot, string differenceRoot)
    {
        Reference = reference;
        Difference = difference;
        _referenceRoot = referenceRoot;
        _differenceRoot = differenceRoot;
        Kind = (reference, difference) switch
        {
            (_, null) => KvDifferenceKind.OnlyReference,
            (null, _) => KvDifferenceKind.OnlyDifference,
            _ => reference.GetBytes().AsSpan().SequenceEqual(difference.GetBytes()) ? KvDifferenceKind.Equal : KvDifferenceKind.Value,
        };
    }

    /// <summary>The key, by the name that it has, or would have, in the reference tree.</summary>
    public string Key => Reference?.Key ?? _referenceRoot + RelativeKey;

    /// <summary>The part of the key that is the same in both trees.</summary>
    public string RelativeKey => Reference is { } pair ? pair.Key[_referenceRoot.Length..] : Difference!.Key[_differenceRoot.Length..];

    /// <summary>How they differ.</summary>
    public KvDifferenceKind Kind { get; }

    /// <summary>The same as diff tools write it: <c>&lt;=</c> the reference tree alone, <c>=&gt;</c> the difference tree alone, <c>&lt;&gt;</c> different
    /// values, <c>==</c> equal.</summary>
    public string SideIndicator => Kind switch
    {
        KvDifferenceKind.OnlyReference => "<=",
        KvDifferenceKind.OnlyDifference => "=>",
        KvDifferenceKind.Value => "<>",
        _ => "==",
    };

    /// <summary>The value in the reference tree, as text; null if it does not hold the key.</summary>
    public string? ReferenceValue => Reference?.Value;

    /// <summary>The value in the difference tree, as text; null if it does not hold the key.</summary>
    public string? DifferenceValue => Difference?.Value;

    /// <summary>The pair of the reference tree; null if it does not hold the key.</summary>
    public KvPair? Reference { get; }

    /// <summary>The pair of the difference tree; null if it does not hold the key.</summary>
    public KvPair? Difference { get; }

    /// <summary>Indicator and key.</summary>
    public override string ToString() => $"{SideIndicator} {Key}";

    /// <summary>Formats a part of the difference as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c> for <see cref="RelativeKey"/>; <c>reference</c> and <c>difference</c> for the value in that tree, empty if it does not hold the key; null, empty or <c>G</c> for indicator and key as they are.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">The format is not supported.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" or "G" => ToString(),
        "key" => VisibleText.Of(RelativeKey),
        "reference" => Reference?.ToString("value", formatProvider) ?? "",
        "difference" => Difference?.ToString("value", formatProvider) ?? "",
        _ => throw new FormatException($"'{VisibleText.Of(format)}' is not a format of a difference. Use key, reference or difference."),
    };
}
