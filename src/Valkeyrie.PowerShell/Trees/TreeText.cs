using System.Text;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>The texts of a file's fields.</summary>
internal static class TreeText
{
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

    /// <summary>The error of a field that is no text.</summary>
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
            throw new FormatException($"its {field} holds U+FFFD, which also stands for bytes that are not text, and the file does not tell which. Write it with Export-KvTree");
        }
    }

    /// <summary>The error of a record that was written without its value.</summary>
    public static FormatException KeyOnly() => new("it was written of a key alone, without its value: list the keys without -KeysOnly, or use Export-KvTree");
}
