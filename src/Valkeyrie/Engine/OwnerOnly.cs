using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Valkeyrie.Engine;

/// <summary>Creates files and folders that other users cannot access: on Unix through their mode; on Windows through an access list that inherits nothing from
/// the parent folder.</summary>
/// <remarks>On Windows, administrators and the system keep their access, as root does on Unix. A file system without access rights, such as FAT, ignores
/// them.</remarks>
public static class OwnerOnly
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a file, or opens an existing one, whose access rights then remain unchanged.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="mode">Whether the file may exist. Default: it must not.</param>
    /// <param name="access">The access: write, or read and write.</param>
    /// <param name="share">The access of others while the file is open. Default: none.</param>
    /// <param name="options">Options, as for <see cref="FileStream"/>.</param>
    /// <param name="bufferSize">The size of the stream's buffer in bytes; at least 1.</param>
    /// <exception cref="IOException">The file cannot be created, or exists although it must not.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static FileStream Create(
        string path,
        FileMode mode = FileMode.CreateNew,
        FileAccess access = FileAccess.ReadWrite,
        FileShare share = FileShare.None,
        FileOptions options = FileOptions.None,
        int bufferSize = 4096)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (OperatingSystem.IsWindows())
        {
            var rights = access == FileAccess.Write ? FileSystemRights.Write : FileSystemRights.Read | FileSystemRights.Write;
            return new FileInfo(path).Create(mode, rights, share, bufferSize, options, Closed(new FileSecurity(), InheritanceFlags.None));
        }

        return new FileStream(
            path,
            new FileStreamOptions { Mode = mode, Access = access, Share = share, Options = options, BufferSize = bufferSize, UnixCreateMode = OwnerReadsAndWrites });
    }

    /// <summary>Creates a folder and its missing parent folders. Other users cannot access files created in it. An existing folder remains unchanged.</summary>
    /// <param name="path">The full path.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent folder is not writable.</exception>
    public static void CreateFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            new DirectoryInfo(path).Create(Closed(new DirectorySecurity(), InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit));
            return;
        }

        Directory.CreateDirectory(path, OwnerReadsAndWrites | UnixFileMode.UserExecute);
    }

    [SupportedOSPlatform("windows")]
    private static TSecurity Closed<TSecurity>(TSecurity security, InheritanceFlags inheritance)
        where TSecurity : FileSystemSecurity
    {
        using var user = WindowsIdentity.GetCurrent();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var identity in new[] { user.User!, Known(WellKnownSidType.BuiltinAdministratorsSid), Known(WellKnownSidType.LocalSystemSid) })
        {
            security.AddAccessRule(new FileSystemAccessRule(identity, FileSystemRights.FullControl, inheritance, PropagationFlags.None, AccessControlType.Allow));
        }

        return security;
    }

    [SupportedOSPlatform("windows")]
    private static SecurityIdentifier Known(WellKnownSidType type) => new(type, domainSid: null);
}
