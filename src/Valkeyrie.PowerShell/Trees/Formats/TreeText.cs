using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The texts of a file's fields.</summary>
internal static class TreeText
{
    // Text editors and spreadsheets do not keep these, and terminals obey them. A tab, a line feed and a carriage return are kept, and harmless.
    private static readonly SearchValues<byte> Unprintable = SearchValues.Create([.. Enumerable.Range(0, 32).Except([9, 10, 13]).Select(b => (byte)b), 127]);

    /// <summary>True for what is written as it is: valid text without characters that do not show.</summary>
    /// <param name="bytes">The bytes.</param>
    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.ContainsAny(Unprintable) && !HasC1Control(bytes);

    /// <summary>A field's bytes, checked.</summary>
    /// <param name="field">What the field is called.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">It is not UTF-8.</exception>
    public static byte[] Bytes(string field, ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? text.ToArray() : throw Invalid(field);

    /// <summary>A field's text, checked.</summary>
    /// <param name="field">What the field is called.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">It is not UTF-8.</exception>
    public static string String(string field, ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Invalid(field);

    /// <summary>The error of a field that is not text.</summary>
    /// <param name="field">What the field is called.</param>
    public static FormatException Invalid(string field) => new($"its {field} is not valid text: the file is not in UTF-8 (or UTF-16 with a byte order mark), or it is damaged");

    /// <summary>Refuses a field of a pair that another command than Export-KvTree wrote, if it has, or may have, lost bytes.</summary>
    /// <param name="field">What the field is called.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="FormatException">It may have.</exception>
    public static void CheckComplete(string field, ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("\uFFFD"u8) >= 0)
        {
            throw new FormatException($"its {field} contains U+FFFD, which may replace bytes that are not text. The original bytes are unknown: write the file with Export-KvTree");
        }
    }

    /// <summary>The error of a record that was written without its value.</summary>
    public static FormatException KeyOnly() => new("it holds a key without its value: list the keys without -KeysOnly, or use Export-KvTree");

    // U+0080 to U+009F, which in UTF-8 are 0xC2 and one of these as they are.
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
