namespace Valkeyrie.Engine;

/// <summary>Recognizes Windows paths that do not lead to a file.</summary>
public static class WindowsPath
{
    // The prefix of a verbatim path; see "Win32 file namespaces" in the documentation of Windows.
    private const string Verbatim = @"\\?\";
    private const string Device = @"\\.\";

    /// <summary>Explains why a path cannot lead to a file; null if it can. Call it only on Windows: on other systems such names are ordinary.</summary>
    /// <param name="fullPath">The path as completed by the system, which then shows devices, such as <c>NUL</c> and <c>C:\logs\COM1</c>, as such.</param>
    /// <returns>The continuation of a sentence that starts with the path.</returns>
    public static string? FaultIn(string fullPath)
    {
        ArgumentNullException.ThrowIfNull(fullPath);
        var path = fullPath.Replace('/', '\\');
        if (path.StartsWith(Device, StringComparison.Ordinal))
        {
            return "is a device of Windows";
        }

        var rest = path.AsSpan(path.StartsWith(Verbatim, StringComparison.Ordinal) ? Verbatim.Length : 0);
        var hasDrive = rest.Length > 1 && rest[1] == ':' && char.IsAsciiLetter(rest[0]);
        return rest[(hasDrive ? 2 : 0)..].Contains(':') ? "contains a colon, which names a stream of a file on Windows" : null;
    }
}
