using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Checks the texts of a file's fields.</summary>
internal static class TreeText
{
    // Text editors and spreadsheets lose these characters, and terminals execute them. A tab, a line feed and a carriage return are kept, and harmless.
    private static readonly SearchValues<byte> Unprintable = SearchValues.Create([.. Enumerable.Range(0, 32).Except([9, 10, 13]).Select(b => (byte)b), 127]);

    /// <summary>True if bytes can be written as text: valid text without invisible characters.</summary>
    /// <param name="bytes">The bytes.</param>
    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.ContainsAny(Unprintable) && !HasC1Control(bytes);

    /// <summary>Checks the bytes of a field and returns them.</summary>
    /// <param name="field">The name of the field, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">The text is not UTF-8.</exception>
    public static byte[] Bytes(string field, ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? text.ToArray() : throw Invalid(field);

    /// <summary>Checks the text of a field and returns it.</summary>
    /// <param name="field">The name of the field, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">The text is not UTF-8.</exception>
    public static string String(string field, ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Invalid(field);

    /// <summary>Creates the error for a field that is not text.</summary>
    /// <param name="field">The name of the field, for errors.</param>
    public static FormatException Invalid(string field) => new($"its {field} is not valid text: the file is not in UTF-8 (or UTF-16 with a byte order mark), or it is damaged");

    /// <summary>Refuses a field of a pair from another command than Export-KvTree if it has lost bytes, or may have.</summary>
    /// <param name="field">The name of the field, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">The field has lost bytes, or may have.</exception>
    public static void CheckComplete(string field, ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("\uFFFD"u8) >= 0)
        {
            throw new FormatException($"its {field} contains U+FFFD, which may replace bytes that are not text. The original bytes are unknown: write the file with Export-KvTree");
        }
    }

    /// <summary>Creates the error for a record that was written without its value.</summary>
    public static FormatException KeyOnly() => new("it contains a key without its value: list the keys without -KeysOnly, or use Export-KvTree");

    // U+0080 to U+009F, which UTF-8 encodes as 0xC2 and the unchanged byte.
    private static bool HasC1Control(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)0xC2) is >= 0 and var at && at + 1 < bytes.Length)
        {
            if (bytes[at + 1] < 0xA0)
            {
                return true;
            }

            bytes = bytes[(at + 2)..];
        }

        return false;
    }
}
