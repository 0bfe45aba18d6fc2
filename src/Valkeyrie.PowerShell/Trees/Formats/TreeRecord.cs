using System.Buffers;

namespace Valkeyrie.PowerShell.Trees.Formats;

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

    /// <summary>Where it stands in the file: a line, or the like; null where its number says it.</summary>
    public string? Place { get; init; }

    /// <summary>True for what a file names without a value, such as a null or an empty list: no key stands for it.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>The record of a pair.</summary>
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

    /// <summary>The intended pair.</summary>
    /// <param name="largestValue">The most bytes that the value may have; null for no limit.</param>
    /// <exception cref="FormatException">Something is missing, cannot be read, or is too large.</exception>
    public KvPair ToPair(long? largestValue = null)
    {
        var key = Key ?? throw new FormatException("it has no Key");
        var value = Value ?? throw new FormatException("it has no Value");
        if (key.Length == 0 && string.IsNullOrEmpty(Encoding))
        {
            // The key of that name exists and is exported, with its Encoding; a blank row of a spreadsheet is not such a key.
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

    /// <summary>A record holds a value above the limit.</summary>
    /// <param name="largestValue">The limit.</param>
    public static FormatException ValueTooLarge(long largestValue) =>
        new($"its Value is larger than the {largestValue} bytes that the store allows");

    // What fills up the last group, and blanks, stand for nothing.
    private static long DecodedLength(ReadOnlySpan<byte> text)
    {
        var digits = text.Length - text.Count((byte)'=') - text.Count((byte)'\n') - text.Count((byte)'\r') - text.Count((byte)' ') - text.Count((byte)'\t');
        return digits * 3L / 4;
    }

    /// <summary>Bytes in Base64.</summary>
    /// <param name="bytes">The bytes.</param>
    public static byte[] ToBase64(byte[] bytes)
    {
        var text = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    /// <summary>The bytes that a text in Base64 stands for.</summary>
    /// <param name="text">The text.</param>
    /// <param name="field">What to call it.</param>
    /// <exception cref="FormatException">It is not Base64.</exception>
    public static byte[] FromBase64(byte[] text, string field)
    {
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            ? written == bytes.Length ? bytes : bytes[..written]
            : throw new FormatException($"its {field} is not Base64");
    }
}
