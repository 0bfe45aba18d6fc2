using System.Globalization;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The Bytes of a pair, as PowerShell's own commands write them if a script selects them: an array of numbers, or a text of numbers.</summary>
internal static class PairBytes
{
    /// <summary>The property of pairs and events: see Valkeyrie.Types.ps1xml.</summary>
    public const string Field = "Bytes";

    // What Export-Csv writes of any array.
    private const string Lost = "System.Byte[]";

    /// <summary>The bytes, if the value beside them is their text.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="value">The Value beside them, in UTF-8; null where there is none.</param>
    /// <exception cref="FormatException">It is not: one of the two was changed, or damaged.</exception>
    public static byte[] Checked(byte[] bytes, byte[]? value) =>
        value is null || value.AsSpan().SequenceEqual(bytes) || Encoding.UTF8.GetString(bytes) == Encoding.UTF8.GetString(value)
            ? bytes
            : throw new FormatException("its Value does not match its Bytes: one of them was changed or is damaged. Remove the wrong one");

    /// <summary>The bytes that a text of numbers stands for.</summary>
    /// <param name="text">The numbers, with blanks or commas between them.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static byte[] Parse(string text)
    {
        var numbers = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            bytes[i] = byte.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out var next) ? next : throw NotNumbers();
        }

        return bytes;
    }

    /// <summary>The bytes in a column of a table; null where it does not tell them.</summary>
    /// <param name="text">The field.</param>
    /// <exception cref="FormatException">It is neither numbers nor what Export-Csv writes.</exception>
    public static byte[]? OfColumn(string text) => text is Lost or "" ? null : Parse(text);

    /// <summary>The error of bytes that are none.</summary>
    public static FormatException NotNumbers() => new("its Bytes are not numbers from 0 to 255");
}
