namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A file is not valid, at a known position.</summary>
/// <param name="place">The position: a line and column, or the key.</param>
/// <param name="message">The fault, without a period.</param>
/// <param name="cause">The underlying exception; null if the reader itself found the error.</param>
internal sealed class TreeFormatException(string place, string message, Exception? cause = null) : FormatException(message, cause)
{
    /// <summary>The position.</summary>
    public string Place => place;

    /// <summary>The error of a file without content.</summary>
    public static TreeFormatException Empty() => new("", "it is empty");
}
