using System.Buffers;
using System.Management.Automation;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A pair as it stands in a file.</summary>
/// <param name="Key">The key, relative to the tree.</param>
/// <param name="Value">The value.</param>
/// <param name="Encoding">How they are written: <see cref="Text"/>, <see cref="Base64"/> or <see cref="Base64All"/>. Null or empty: text.</param>
internal sealed record TreeRecord(string? Key, string? Value, string? Encoding)
{
    /// <summary>Key and value as they are.</summary>
    public const string Text = "text";

    /// <summary>The value, which is not text, in Base64.</summary>
    public const string Base64 = "base64";

    /// <summary>Key and value in Base64, since not even the key is text.</summary>
    public const string Base64All = "base64-all";

    // Text editors and spreadsheets do not keep these. A tab, a line feed and a carriage return they do.
    private static readonly SearchValues<byte> Unprintable = SearchValues.Create([.. Enumerable.Range(0, 32).Except([9, 10, 13]).Select(b => (byte)b), 127]);

    /// <summary>The record of a pair.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="root">What its key begins with that is to be left out.</param>
    public static TreeRecord From(KvPair pair, string root)
    {
        var key = pair.Key[root.Length..];
        if (key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && KeyCodec.Plain.Encode(key) is var bytes && !Utf8.IsValid(bytes))
        {
            return new(Convert.ToBase64String(bytes), Convert.ToBase64String(pair.Bytes), Base64All);
        }

        return Utf8.IsValid(pair.Bytes) && !pair.Bytes.AsSpan().ContainsAny(Unprintable)
            ? new(key, pair.Value, Text)
            : new(key, Convert.ToBase64String(pair.Bytes), Base64);
    }

    /// <summary>The pair of a record of a file that Import-Csv or ConvertFrom-Json has read, if it says that it holds bytes; null for any other object.</summary>
    /// <exception cref="KvInvalidArgumentException">It is not what it says.</exception>
    public static KvPair? EncodedIn(PSObject row)
    {
        if (TextIn(row, nameof(Encoding)) is not ((Base64 or Base64All) and var encoding))
        {
            return null;
        }

        var record = new TreeRecord(TextIn(row, nameof(Key)), TextIn(row, nameof(Value)), encoding);
        try
        {
            return record.ToPair();
        }
        catch (FormatException e)
        {
            throw new KvInvalidArgumentException($"The record of '{record.Key}' cannot be taken: {e.Message}.") { Key = record.Key };
        }
    }

    /// <summary>The pair that is meant.</summary>
    /// <exception cref="FormatException">Something is missing or cannot be read.</exception>
    public KvPair ToPair()
    {
        var key = Key ?? throw new FormatException("it has no Key");
        var value = Value ?? throw new FormatException("it has no Value");
        switch (Encoding)
        {
            case null or "" or Text:
                break;
            case Base64:
                return Checked(key, FromBase64(value));
            case Base64All:
                return Checked(KeyCodec.Plain.Decode(FromBase64(key)), FromBase64(value));
            default:
                throw new FormatException($"its Encoding is '{Encoding}', which is none of {Text}, {Base64} and {Base64All}");
        }

        return Checked(key, System.Text.Encoding.UTF8.GetBytes(value));
    }

    private static string? TextIn(PSObject row, string name) => row.Properties[name]?.Value as string;

    private static KvPair Checked(string key, byte[] value)
    {
        try
        {
            KeyRules.Check(key);
        }
        catch (KvInvalidArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }

        return new KvPair { Key = key, Bytes = value };
    }

    private static byte[] FromBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new FormatException("it is not Base64, which its Encoding says it is", e);
        }
    }
}
