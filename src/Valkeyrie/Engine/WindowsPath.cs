namespace Valkeyrie.Engine;

/// <summary>What a path can lead to on Windows other than a file.</summary>
public static class WindowsPath
{
    // Before what is taken as it stands; see "Win32 file namespaces" in the documentation of Windows.
    private const string Verbatim = @"\\?\";
    private const string Device = @"\\.\";

    /// <summary>Why a path cannot be that of a file; null if it can be. To be asked on Windows alone: elsewhere these are names like any other.</summary>
    /// <param name="fullPath">The path, as the system has completed it: it then shows devices, such as <c>NUL</c> and <c>C:\logs\COM1</c>, as what they are.</param>
    /// <returns>What goes on a sentence that names the path.</returns>
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
