namespace Valkeyrie;

/// <summary>The kind of a difference between two trees at a key.</summary>
public enum KvDifferenceKind
{
    /// <summary>Both trees have the key, with the same value.</summary>
    Equal,

    /// <summary>Only the reference tree has the key.</summary>
    OnlyReference,

    /// <summary>Only the difference tree has the key.</summary>
    OnlyDifference,

    /// <summary>Both trees have the key, with different values.</summary>
    Value,
}

/// <summary>The result of comparing two trees at one key.</summary>
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

    /// <summary>The key as it is, or would be, named in the reference tree.</summary>
    public string Key => Reference?.Key ?? _referenceRoot + RelativeKey;

    /// <summary>The key without the name of the tree, the same in both trees.</summary>
    public string RelativeKey => Reference is { } pair ? pair.Key[_referenceRoot.Length..] : Difference!.Key[_differenceRoot.Length..];

    /// <summary>The kind of the difference.</summary>
    public KvDifferenceKind Kind { get; }

    /// <summary>The kind in the notation of diff tools: <c>&lt;=</c> only in the reference tree, <c>=&gt;</c> only in the difference tree, <c>&lt;&gt;</c>
    /// different values, <c>==</c> equal.</summary>
    public string SideIndicator => Kind switch
    {
        KvDifferenceKind.OnlyReference => "<=",
        KvDifferenceKind.OnlyDifference => "=>",
        KvDifferenceKind.Value => "<>",
        _ => "==",
    };

    /// <summary>The value in the reference tree, as text; null if the tree does not have the key.</summary>
    public string? ReferenceValue => Reference?.Value;

    /// <summary>The value in the difference tree, as text; null if the tree does not have the key.</summary>
    public string? DifferenceValue => Difference?.Value;

    /// <summary>The pair of the reference tree; null if the tree does not have the key.</summary>
    public KvPair? Reference { get; }

    /// <summary>The pair of the difference tree; null if the tree does not have the key.</summary>
    public KvPair? Difference { get; }

    /// <summary>The indicator and the key.</summary>
    public override string ToString() => $"{SideIndicator} {Key}";

    /// <summary>Formats a part of the difference as visible text (<see cref="VisibleText"/>).</summary>
    /// <param name="format"><c>key</c> for <see cref="RelativeKey"/>; <c>reference</c> or <c>difference</c> for the value in that tree, empty if the tree does
    /// not have the key; null, empty or <c>G</c> for the unchanged text of <see cref="ToString()"/>.</param>
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
