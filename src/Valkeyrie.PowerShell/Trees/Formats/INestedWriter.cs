namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Writes a configuration part by part.</summary>
internal interface INestedWriter
{
    /// <summary>Begins an object. The first one is the configuration.</summary>
    /// <param name="name">Its name in the enclosing object; null for the configuration, and for an element of a list.</param>
    void BeginObject(string? name);

    /// <summary>Ends the object.</summary>
    void EndObject();

    /// <summary>Begins a list.</summary>
    /// <param name="name">Its name; null for an element of a list.</param>
    /// <param name="count">The number of its elements.</param>
    void BeginList(string? name, int count);

    /// <summary>Ends the list.</summary>
    void EndList();

    /// <summary>Writes a value.</summary>
    /// <param name="name">Its name; null for an element of a list.</param>
    /// <param name="value">The value.</param>
    void Value(string? name, NestedValue value);

    /// <summary>Writes the parts that are still in memory.</summary>
    void End();
}

/// <summary>The kind of a value.</summary>
internal enum NestedKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A number, true or false, as JSON writes it.</summary>
    Literal,

    /// <summary>Bytes that are not text.</summary>
    Bytes,
}

/// <summary>A value of a configuration.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Bytes">Its bytes.</param>
internal readonly record struct NestedValue(NestedKind Kind, byte[] Bytes)
{
    // Longer than any intended number.
    private const int LongestLiteral = 40;

    /// <summary>Gets the value of a key.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="typed">True to use a text that JSON reads as a number, true or false as such.</param>
    /// <param name="asBytes">True to use a text as bytes.</param>
    public static NestedValue Of(byte[] bytes, bool typed, bool asBytes) =>
        asBytes || !TreeText.IsText(bytes) ? new(NestedKind.Bytes, bytes) : new(typed && IsLiteral(bytes) ? NestedKind.Literal : NestedKind.Text, bytes);

    private static bool IsLiteral(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) || (text.Length is > 0 and <= LongestLiteral && IsNumber(text));

    // RFC 8259, section 6: no sign except a minus, no leading zeros, digits on both sides of the point.
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        text = text[0] == '-' ? text[1..] : text;
        var digits = Digits(text);
        if (digits == 0 || (digits > 1 && text[0] == '0'))
        {
            return false;
        }

        text = text[digits..];
        if (text is [(byte)'.', ..])
        {
            var fraction = Digits(text[1..]);
            if (fraction == 0)
            {
                return false;
            }

            text = text[(fraction + 1)..];
        }

        if (text is [(byte)'e' or (byte)'E', ..])
        {
            var sign = text is [_, (byte)'+' or (byte)'-', ..] ? 2 : 1;
            var exponent = Digits(text[sign..]);
            return exponent > 0 && sign + exponent == text.Length;
        }

        return text.IsEmpty;
    }

    private static int Digits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end && end < 0 ? text.Length : end;
}
