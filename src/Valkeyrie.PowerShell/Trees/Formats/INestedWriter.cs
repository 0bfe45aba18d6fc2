namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Writes a configuration, in the order in which its parts arrive.</summary>
internal interface INestedWriter
{
    /// <summary>Begins an object. The first one is the whole.</summary>
    /// <param name="name">Its name in the object around it; null for the whole, and for an element of a list.</param>
    void BeginObject(string? name);

    /// <summary>Ends the object.</summary>
    void EndObject();

    /// <summary>Begins a list.</summary>
    /// <param name="name">Its name; null for an element of a list.</param>
    /// <param name="count">How many elements it has.</param>
    void BeginList(string? name, int count);

    /// <summary>Ends the list.</summary>
    void EndList();

    /// <summary>Writes a value.</summary>
    /// <param name="name">Its name; null for an element of a list.</param>
    /// <param name="value">The value.</param>
    void Value(string? name, NestedValue value);

    /// <summary>Writes all that is still held in memory.</summary>
    void End();
}

/// <summary>What kind a value is.</summary>
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
/// <param name="Kind">What kind it is.</param>
/// <param name="Bytes">Its bytes.</param>
internal readonly record struct NestedValue(NestedKind Kind, byte[] Bytes)
{
    // Longer than any intended number.
    private const int LongestLiteral = 40;

    /// <summary>The value of a key.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="typed">True to take what JSON would read as a number or a truth for one.</param>
    /// <param name="asBytes">True to take a text for bytes.</param>
    public static NestedValue Of(byte[] bytes, bool typed, bool asBytes) =>
        asBytes || !TreeText.IsText(bytes) ? new(NestedKind.Bytes, bytes) : new(typed && IsLiteral(bytes) ? NestedKind.Literal : NestedKind.Text, bytes);

    private static bool IsLiteral(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) || (text.Length is > 0 and <= LongestLiteral && IsNumber(text));

    // RFC 8259, section 6: no sign but a minus, no zeros before, digits on both sides of the point.
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
