namespace Valkeyrie.PowerShell.Binding;

/// <summary>Decides which objects can be used as text: numbers, addresses, identifiers, times.</summary>
internal static class PlainText
{
    /// <summary>True if an object's formatted text can replace it. The contract's own types can be formatted only for the views: a pair that was read as text
    /// here would be a key to remove.</summary>
    /// <param name="value">The object.</param>
    public static bool StandsFor(object value) => value is IFormattable && value.GetType().Assembly != typeof(KvPair).Assembly;
}
