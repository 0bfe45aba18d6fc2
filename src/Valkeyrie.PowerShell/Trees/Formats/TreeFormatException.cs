namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A file is not what it should be, and the reader knows where.</summary>
/// <param name="place">Where: a line and column, or the key.</param>
/// <param name="message">What is wrong, without a period.</param>
/// <param name="cause">The underlying exception; null if the reader itself found the error.</param>
internal sealed class TreeFormatException(string place, string message, Exception? cause = null) : FormatException(message, cause)
{
    /// <summary>Where.</summary>
    public string Place => place;
}
