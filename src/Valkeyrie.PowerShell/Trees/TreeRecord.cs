using System.Buffers;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A pair as it stands in a file.</summary>
/// <param name="Key">The key, relative to the tree. Empty for the key that is the tree's name with its slash.</param>
/// <param name="Value">The text of the value, in UTF-8.</param>
/// <param name="Encoding">How they are written: <see cref="Text"/>, <see cref="Base64"/> or <see cref="Base64All"/>. Null or empty: text.</param>
internal sealed record TreeRecord(string? Key, byte[]? Value, string? Encoding)
{
    /// <summary>Key and value as they are.</summary>
    public const string Text = "text";

    /// <summary>The value, which is not text, in Base64.</summary>
    public const string Base64 = "base64";

    /// <summary>Key and value in Base64, since not even the key is text.</summary>
    public const string Base64All = "base64-all";

    // Text editors and spreadsheets do not keep these, and terminals obey them. A tab, a line feed and a carriage return are kept, and harmless.
    private static readonly SearchValues<byte> Unprintable = SearchValues.Create([.. Enumerable.Range(0, 32).Except([9, 10, 13]).Select(b => (byte)b), 127]);

    /// <summary>The record of a pair.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="root">What its key begins with that is to be left out.</param>
    public static TreeRecord From(KvPair pair, string root)
    {
        var key = pair.Key[root.Length..];
        var keyBytes = KeyText.Encode(key);
        if (!IsText(keyBytes))
        {
            return new(Convert.ToBase64String(keyBytes), ToBase64(pair.Bytes), Base64All);
        }

        return IsText(pair.Bytes) ? new(key, pair.Bytes, Text) : new(key, ToBase64(pair.Bytes), Base64);
    }

    /// <summary>The pair that is meant.</summary>
    /// <param name="largestValue">The most bytes that the value may have; null for no limit.</param>
    /// <exception cref="FormatException">Something is missing, cannot be read, or is too large.</exception>
    public KvPair ToPair(long? largestValue = null)
    {
        var key = Key ?? throw new FormatException("it has no Key");
        var value = Value ?? throw new FormatException("it has no Value");
        if (key.Length == 0 && string.IsNullOrEmpty(Encoding))
        {
            // The key of that name exists and is exported, with its Encoding; a row of a spreadsheet that was left blank is no such key.
            throw new FormatException("its Key is empty");
        }

        var isEncoded = Encoding is Base64 or Base64All;
        if (!isEncoded && Encoding is not (null or "" or Text))
        {
            throw new FormatException($"its Encoding is '{Encoding}', which is none of {Text}, {Base64} and {Base64All}");
        }

        if (largestValue is { } most && (isEncoded ? DecodedLength(value) : value.Length) > most)
        {
            throw ValueTooLarge(most);
        }

        return new KvPair
        {
            Key = Encoding == Base64All ? KeyText.Decode(FromBase64(System.Text.Encoding.UTF8.GetBytes(key), "Key")) : key,
            Bytes = isEncoded ? FromBase64(value, "Value") : value,
        };
    }

    /// <summary>A record holds a value above the limit.</summary>
    /// <param name="largestValue">The limit.</param>
    public static FormatException ValueTooLarge(long largestValue) =>
        new($"its Value is above the {largestValue} bytes that a value can have in the store");

    private static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.ContainsAny(Unprintable) && !HasC1Control(bytes);

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

    // What fills up the last group, and blanks, stand for nothing.
    private static long DecodedLength(ReadOnlySpan<byte> text)
    {
        var digits = text.Length - text.Count((byte)'=') - text.Count((byte)'\n') - text.Count((byte)'\r') - text.Count((byte)' ') - text.Count((byte)'\t');
        return digits * 3L / 4;
    }

    private static byte[] ToBase64(byte[] bytes)
    {
        var text = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    private static byte[] FromBase64(byte[] text, string field)
    {
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            ? written == bytes.Length ? bytes : bytes[..written]
            : throw new FormatException($"its {field} is not Base64, which its Encoding says it is");
    }
}
