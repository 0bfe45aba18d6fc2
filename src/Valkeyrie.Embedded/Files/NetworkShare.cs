namespace Valkeyrie.Embedded.Files;

/// <summary>Tells folders that lie on another machine. The memory by which processes of one machine share a log is not shared from there, and two machines
/// would write over each other's changes. SQLite takes such a folder like any other (https://www.sqlite.org/wal.html, "all processes using a database must be
/// on the same host").</summary>
internal static class NetworkShare
{
    private const string Unc = @"\\";
    private const string VerbatimUnc = @"\\?\UNC\";
    private const string Verbatim = @"\\?\";

    // As .NET names them on Linux, and macOS itself. File systems of programs (FUSE) are not among them: they may be disks of this machine as well.
    private static readonly HashSet<string> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "afs", "coda", "ceph",
    };

    /// <summary>Looks at a folder that exists; false if the system does not say.</summary>
    /// <param name="folder">Its full path.</param>
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

    /// <summary>True for a path of Windows that names a server: <c>\\server\share</c>.</summary>
    /// <param name="path">A full path of Windows.</param>
    public static bool IsUnc(string path) =>
        path.StartsWith(VerbatimUnc, StringComparison.OrdinalIgnoreCase)
        || (path.StartsWith(Unc, StringComparison.Ordinal) && !path.StartsWith(Verbatim, StringComparison.Ordinal));

    /// <summary>True for a file system whose files lie on another machine.</summary>
    /// <param name="format">Its name, as of <see cref="DriveInfo.DriveFormat"/>.</param>
    public static bool IsRemote(string format) => Formats.Contains(format);
}
