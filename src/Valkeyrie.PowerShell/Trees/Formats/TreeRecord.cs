using System.Buffers;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A pair in the form of a file.</summary>
/// <param name="Key">The key, relative to the tree. Empty for the key that equals the name of the tree with a slash.</param>
/// <param name="Value">The text of the value, in UTF-8.</param>
/// <param name="Encoding">The encoding: <see cref="Text"/>, <see cref="Base64"/> or <see cref="Base64All"/>. Null or empty means text.</param>
internal sealed record TreeRecord(string? Key, byte[]? Value, string? Encoding)
{
    /// <summary>Key and value are text.</summary>
    public const string Text = "text";

    /// <summary>The value is not text and is in Base64.</summary>
    public const string Base64 = "base64";

    /// <summary>Key and value are in Base64, because even the key is not text.</summary>
    public const string Base64All = "base64-all";

    /// <summary>The position in the file, such as a line; null if the number of the record is sufficient.</summary>
    public string? Place { get; init; }

    /// <summary>True for a name without a value, such as a null or an empty list, which no key represents.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>Creates the record of a pair.</summary>
    /// <param name="key">Its key, relative to the tree.</param>
    /// <param name="value">Its value.</param>
    public static TreeRecord From(string key, byte[] value)
    {
        var keyBytes = KeyText.Encode(key);
        if (!TreeText.IsText(keyBytes))
        {
            return new(Convert.ToBase64String(keyBytes), ToBase64(value), Base64All);
        }

        return TreeText.IsText(value) ? new(key, value, Text) : new(key, ToBase64(value), Base64);
    }

    /// <summary>Gets the pair of the record.</summary>
    /// <param name="largestValue">The maximum size of the value in bytes; null for no limit.</param>
    /// <exception cref="FormatException">A field is missing, not valid, or too large.</exception>
    public KvPair ToPair(long? largestValue = null)
    {
        var key = Key ?? throw new FormatException("it has no Key");
        var value = Value ?? throw new FormatException("it has no Value");
        if (key.Length == 0 && string.IsNullOrEmpty(Encoding))
        {
            // The key of that name is allowed and is exported with an Encoding. An empty row of a spreadsheet is not such a key.
            throw new FormatException("its Key is empty");
        }

        var isEncoded = Encoding is Base64 or Base64All;
        if (!isEncoded && Encoding is not (null or "" or Text))
        {
            throw new FormatException($"its Encoding must be {Text}, {Base64} or {Base64All}; it is '{Encoding}'");
        }

        if (largestValue is { } most && (isEncoded ? DecodedLength(value) : value.Length) > most)
        {
            throw ValueTooLarge(most);
        }

        return new KvPair(isEncoded ? FromBase64(value, "Value") : value)
        {
            Key = Encoding == Base64All ? KeyText.Decode(FromBase64(System.Text.Encoding.UTF8.GetBytes(key), "Key")) : key,
        };
    }

    /// <summary>Creates the error for a value above the limit.</summary>
    /// <param name="largestValue">The limit.</param>
    public static FormatException ValueTooLarge(long largestValue) =>
        new($"its Value is larger than the {largestValue} bytes that the store allows");

    // Padding and blanks have no meaning.
    private static long DecodedLength(ReadOnlySpan<byte> text)
    {
        var digits = text.Length - text.Count((byte)'=') - text.Count((byte)'\n') - text.Count((byte)'\r') - text.Count((byte)' ') - text.Count((byte)'\t');
        return digits * 3L / 4;
    }

    /// <summary>Encodes bytes in Base64.</summary>
    /// <param name="bytes">The bytes.</param>
    public static byte[] ToBase64(byte[] bytes)
    {
        var text = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    /// <summary>Decodes a text in Base64.</summary>
    /// <param name="text">The text.</param>
    /// <param name="field">The name of the field, for errors.</param>
    /// <exception cref="FormatException">The text is not Base64.</exception>
    public static byte[] FromBase64(byte[] text, string field)
    {
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            ? written == bytes.Length ? bytes : bytes[..written]
            : throw new FormatException($"its {field} is not Base64");
    }
}
