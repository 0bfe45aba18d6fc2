using System.Management.Automation;
using System.Text.Unicode;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads records of exported files that another command has parsed: Import-Csv, ConvertFrom-Json.</summary>
internal static class EncodedRecord
{
    /// <summary>Gets the pair of a record whose encoding is Base64; null for any other object.</summary>
    /// <param name="row">The object.</param>
    /// <param name="bound">The value that PowerShell has bound, to save a search for properties that a record with a value does not have.</param>
    /// <exception cref="KvInvalidArgumentException">The record does not match its encoding.</exception>
    public static KvPair? PairIn(PSObject row, object? bound)
    {
        // A key that was listed without its value has none.
        if (bound is not string { Length: > 0 } && BareWord.Plain(PipedProperty.Of(row, nameof(KvPair.KeyOnly))) is true or "True")
        {
            throw Refused(TextIn(row, nameof(TreeRecord.Key)), TreeText.KeyOnly());
        }

        if (TextIn(row, nameof(TreeRecord.Encoding)) is not ((TreeRecord.Base64 or TreeRecord.Base64All) and var encoding))
        {
            return null;
        }

        var value = TextIn(row, nameof(TreeRecord.Value));
        var record = new TreeRecord(TextIn(row, nameof(TreeRecord.Key)), value is null ? null : System.Text.Encoding.UTF8.GetBytes(value), encoding);
        try
        {
            var pair = record.ToPair();
            KeyRules.Check(pair.Key);
            return pair;
        }
        catch (FormatException e)
        {
            throw Refused(record.Key, e);
        }
    }

    /// <summary>Checks whether an object is a pair of which Select-Object left out the Encoding, and its Value can be the Base64 of bytes.</summary>
    /// <param name="row">The object.</param>
    /// <param name="typeNames">Its type names.</param>
    /// <param name="value">Its Value.</param>
    public static bool MayLackEncoding(PSObject row, IReadOnlyList<string> typeNames, object? value) => BareWord.Unwrapped(value) is string { Length: > 0 } text && text.Length % 4 == 0
        && (typeNames.Contains("Selected.Valkeyrie.KvPair") || typeNames.Contains("Selected.Valkeyrie.KvEvent"))
        && row.Properties[nameof(TreeRecord.Encoding)] is null && MayBeBase64(text);

    // Text such as "blue" can be, too.
    private static bool MayBeBase64(string value)
    {
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) && !Utf8.IsValid(bytes.AsSpan(0, length));
    }

    private static KvInvalidArgumentException Refused(string? key, FormatException reason) => new($"The record of '{key}' cannot be used: {reason.Message}.") { Key = key };

    private static string? TextIn(PSObject row, string name) => BareWord.Unwrapped(PipedProperty.Of(row, name)) as string;
}
