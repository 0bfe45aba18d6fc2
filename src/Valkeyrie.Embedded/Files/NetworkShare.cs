namespace Valkeyrie.Embedded.Files;

/// <summary>Detects folders on another machine. Processes share a log through memory of one machine, so two machines would overwrite each other's changes.
/// SQLite accepts such a folder like any other (https://www.sqlite.org/wal.html, "all processes using a database must be on the same host").</summary>
internal static class NetworkShare
{
    private const string Unc = @"\\";
    private const string VerbatimUnc = @"\\?\UNC\";
    private const string Verbatim = @"\\?\";

    // The names in .NET on Linux, and in macOS. File systems of programs (FUSE) are not included: they can also be local disks.
    private static readonly HashSet<string> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "afs", "coda", "ceph",
    };

    /// <summary>Checks an existing folder; false if the system does not report its file system.</summary>
    /// <param name="folder">The full path.</param>
    public static bool Holds(string folder)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? IsUnc(folder) || (Path.GetPathRoot(folder) is { Length: > 0 } root && new DriveInfo(root).DriveType == DriveType.Network)
                : IsRemote(new DriveInfo(folder).DriveFormat);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Checks whether a Windows path names a server: <c>\\server\share</c>.</summary>
    /// <param name="path">A full Windows path.</param>
    public static bool IsUnc(string path) =>
        path.StartsWith(VerbatimUnc, StringComparison.OrdinalIgnoreCase)
        || (path.StartsWith(Unc, StringComparison.Ordinal) && !path.StartsWith(Verbatim, StringComparison.Ordinal));

    /// <summary>Checks whether the files of a file system are on another machine.</summary>
    /// <param name="format">The name of the file system, as in <see cref="DriveInfo.DriveFormat"/>.</param>
    public static bool IsRemote(string format) => Formats.Contains(format);
}
