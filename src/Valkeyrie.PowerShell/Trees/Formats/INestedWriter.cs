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
    /// <summary>Gets the value of a key.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="typed">True to use numbers, true and false as such (<see cref="TypedText"/>).</param>
    /// <param name="asBytes">True to use a text as bytes.</param>
    public static NestedValue Of(byte[] bytes, bool typed, bool asBytes) =>
        asBytes || !TreeText.IsText(bytes) ? new(NestedKind.Bytes, bytes) : new(typed && TypedText.ValueOf(bytes) is not null ? NestedKind.Literal : NestedKind.Text, bytes);
}
