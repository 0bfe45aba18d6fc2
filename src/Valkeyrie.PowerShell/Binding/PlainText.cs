using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Decides which objects can be used as text: numbers, addresses, identifiers, times.</summary>
internal static class PlainText
{
    /// <summary>True if an object's formatted text can replace it. The contract's own types can be formatted only for the views: a pair that was read as text
    /// here would be a key to remove.</summary>
    /// <param name="value">The object.</param>
    public static bool StandsFor(object value) => value is IFormattable && value.GetType().Assembly != typeof(KvPair).Assembly;

    /// <summary>True for text, or an object whose text can replace it.</summary>
    /// <param name="value">The object.</param>
    public static bool Is(object value) => value is string or char or Uri || StandsFor(value);

    /// <summary>Gets the text of such an object; null for any other.</summary>
    /// <param name="input">The object.</param>
    public static string? Of(object? input) =>
        BareWord.Text(input) ?? (BareWord.Base(input) is { } value && Is(value) ? LanguagePrimitives.ConvertTo<string>(value) : null);
}
