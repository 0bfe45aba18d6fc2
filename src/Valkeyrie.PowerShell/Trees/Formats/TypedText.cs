using System.Globalization;
using System.Numerics;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The texts that <c>-Typed</c> writes as a number, true or false, in every format: a number is one whose own text in .NET is exactly the stored text.
/// It is therefore imported as the same text, from a file or from a hashtable.</summary>
internal static class TypedText
{
    // Longer than any intended number.
    private const int LongestNumber = 40;

    /// <summary>Converts a text to the number or Boolean; null if it remains text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    public static object? ValueOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("true"u8) ? true
        : text.SequenceEqual("false"u8) ? false
        : text.Length is > 0 and <= LongestNumber && text[^1] is >= (byte)'0' and <= (byte)'9' && text[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? NumberOf(Encoding.UTF8.GetString(text))
        : null;

    // The smallest type that holds the number. A number without a point or an exponent must be whole: JSON would write the double -0 as -0.0.
    private static object? NumberOf(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Same(number, text);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large))
        {
            return Same(large, text);
        }

        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var larger))
        {
            return Same(larger, text);
        }

        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exact))
        {
            return Same(exact, text);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var inexact) && double.IsFinite(inexact) ? Same(inexact, text) : null;
    }

    private static object? Same(IFormattable number, string text) => number.ToString(null, CultureInfo.InvariantCulture) == text ? number : null;
}
