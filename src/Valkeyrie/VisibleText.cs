using System.Globalization;
using System.Text;

namespace Valkeyrie;

/// <summary>Makes text from other programs (a key, a value, a server's message, a file's content) visible: the result moves no cursor, changes no color, breaks
/// no line and reverses no writing direction.</summary>
/// <remarks>Control characters, format characters, and line and paragraph separators (in the terms of Unicode) are replaced by visible text: C0 and DEL by
/// their pictures (␛ for ESC, ␊ for a line feed), the others by their number (<c>&lt;U+202E&gt;</c>), and a byte of a key that is not UTF-8 by its value
/// (<c>&lt;0xFF&gt;</c>). Joiners, which words and emoji need, and visible format characters stay. The result is only for reading: it cannot be converted back
/// to the text.</remarks>
public static class VisibleText
{
    private const int Pictures = 0x2400;
    private const int PictureOfDelete = 0x2421;

    /// <summary>Checks whether a text can be shown unchanged.</summary>
    /// <param name="text">The text.</param>
    public static bool IsVisible(ReadOnlySpan<char> text) => IndexOfHidden(text, 0) < 0;

    /// <summary>Makes a text visible, in one line.</summary>
    /// <param name="text">The text; null for none.</param>
    /// <returns>The same text if it can be shown unchanged, otherwise a text with all characters visible. Empty for null.</returns>
    public static string Of(string? text) => text is null ? "" : Show(text, keepLines: false);

    /// <summary>Makes a text visible, but keeps its line ends (LF, CR LF) and tabs.</summary>
    /// <param name="text">The text; null for none.</param>
    /// <returns>As <see cref="Of"/>, with the same number of lines as the text.</returns>
    public static string OfLines(string? text) => text is null ? "" : Show(text, keepLines: true);

    private static string Show(string text, bool keepLines)
    {
        var next = IndexOfHidden(text, 0);
        if (next < 0)
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        var done = 0;
        while (next >= 0)
        {
            shown.Append(text, done, next - done);
            done = next + (Rune.TryGetRuneAt(text, next, out var rune) ? rune.Utf16SequenceLength : 1);
            if (keepLines && IsOfLines(text, next))
            {
                shown.Append(text[next]);
            }
            else
            {
                AppendSign(shown, rune == default ? text[next] : rune.Value);
            }

            next = IndexOfHidden(text, done);
        }

        return shown.Append(text, done, text.Length - done).ToString();
    }

    private static void AppendSign(StringBuilder shown, int code) => _ = code switch
    {
        < ' ' => shown.Append((char)(Pictures + code)),
        0x7F => shown.Append((char)PictureOfDelete),
        >= 0xDC80 and <= 0xDCFF => shown.Append(CultureInfo.InvariantCulture, $"<0x{code - 0xDC00:X2}>"),
        _ => shown.Append(CultureInfo.InvariantCulture, $"<U+{code:X4}>"),
    };

    private static bool IsOfLines(string text, int index) =>
        text[index] is '\n' or '\t' || (text[index] == '\r' && index + 1 < text.Length && text[index + 1] == '\n');

    private static int IndexOfHidden(ReadOnlySpan<char> text, int start)
    {
        // Nearly every text consists of printable ASCII, which this check finds fast.
        var rest = text[start..];
        for (var i = rest.IndexOfAnyExceptInRange(' ', '~'); i >= 0 && i < rest.Length;)
        {
            if (Rune.DecodeFromUtf16(rest[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done || IsHidden(rune))
            {
                return start + i;
            }

            i += length;
            var step = rest[i..].IndexOfAnyExceptInRange(' ', '~');
            i = step < 0 ? -1 : i + step;
        }

        return -1;
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => !IsPartOfWriting(rune.Value),
        _ => false,
    };

    // U+200C and U+200D join letters and emoji; the others precede numbers or words in Arabic, Syriac and Kaithi, and are visible.
    private static bool IsPartOfWriting(int code) =>
        code is 0x200C or 0x200D or (>= 0x600 and <= 0x605) or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2 or 0x110BD or 0x110CD;
}
