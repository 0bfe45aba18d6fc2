using System.Globalization;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the Bytes of a pair as PowerShell's own commands write them if a script selects them: an array of numbers, or a text of numbers.</summary>
internal static class PairBytes
{
    /// <summary>The property of pairs and events: see Valkeyrie.Types.ps1xml.</summary>
    public const string Field = "Bytes";

    // The text that Export-Csv writes for any array.
    private const string Lost = "System.Byte[]";

    /// <summary>Gets the bytes if they match the value next to them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="value">The Value next to them, in UTF-8; null if there is none.</param>
    /// <exception cref="FormatException">They do not match: one of the two was changed, or is damaged.</exception>
    public static byte[] Checked(byte[] bytes, byte[]? value) =>
        value is null || value.AsSpan().SequenceEqual(bytes) || Encoding.UTF8.GetString(bytes) == Encoding.UTF8.GetString(value)
            ? bytes
            : throw new FormatException("its Value does not match its Bytes: one of them was changed or is damaged. Remove the wrong one");

    /// <summary>Parses bytes from a text of numbers.</summary>
    /// <param name="text">The numbers, with blanks or commas between them.</param>
    /// <exception cref="FormatException">The text does not consist of such numbers.</exception>
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

    /// <summary>Gets the bytes in a column of a table; null if the column does not contain them.</summary>
    /// <param name="text">The field.</param>
    /// <exception cref="FormatException">The field contains neither numbers nor the text that Export-Csv writes.</exception>
    public static byte[]? OfColumn(string text) => text is Lost or "" ? null : Parse(text);

    /// <summary>Creates the error for bytes that are not valid.</summary>
    public static FormatException NotNumbers() => new("its Bytes are not numbers from 0 to 255");
}
