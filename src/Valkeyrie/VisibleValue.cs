using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie;

/// <summary>Makes a value visible. For bytes that are not text, it shows their number and the first of them; a long text is truncated.</summary>
internal static class VisibleValue
{
    private const int MostCharacters = 200;
    private const int MostBytes = 8;

    // Enough for the shown characters, whatever their size, with a margin.
    private const int LookedAt = 4096;

    // All C0 characters except those that occur in text: tabs, line ends, and ESC, which programs use for colors.
    private static readonly System.Buffers.SearchValues<byte> NoText = System.Buffers.SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31]);

    /// <summary>Makes the value of a pair visible; empty if the pair has none.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="lines">True to keep its line ends.</param>
    public static string Of(KvPair pair, bool lines) => pair.KeyOnly ? "" : Of(pair.GetBytes(), lines);

    /// <inheritdoc cref="Of(KvPair, bool)"/>
    public static string Of(ReadOnlySpan<byte> value, bool lines)
    {
        var head = value[..Math.Min(value.Length, LookedAt)];
        if (head.ContainsAny(NoText) || !Utf8.IsValid(value))
        {
            return Hexadecimal(value);
        }

        var text = Encoding.UTF8.GetString(head);
        if (text.Length <= MostCharacters)
        {
            return Show(text, lines);
        }

        var end = char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters;
        return string.Create(CultureInfo.InvariantCulture, $"{Show(text[..end], lines)}... ({value.Length} bytes)");
    }

    private static string Show(string text, bool lines) => lines ? VisibleText.OfLines(text) : VisibleText.Of(text);

    private static string Hexadecimal(ReadOnlySpan<byte> value)
    {
        var first = string.Join(' ', value[..Math.Min(value.Length, MostBytes)].ToArray().Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
        return string.Create(CultureInfo.InvariantCulture, $"<{value.Length} bytes: {first}{(value.Length > MostBytes ? " ..." : "")}>");
    }
}
