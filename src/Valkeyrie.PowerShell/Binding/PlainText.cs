namespace Valkeyrie.PowerShell.Binding;

/// <summary>Which objects are their own text: numbers, addresses, identifiers, times.</summary>
internal static class PlainText
{
    /// <summary>True if an object's formatted text stands for it. The contract's own types can be formatted for the views alone: a pair that was taken for a text
    /// here would be a key to remove.</summary>
    /// <param name="value">The object.</param>
    public static bool StandsFor(object value) => value is IFormattable && value.GetType().Assembly != typeof(KvPair).Assembly;
}
