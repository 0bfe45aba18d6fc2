using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Valkeyrie.Engine;

/// <summary>Makes files and folders that are closed to other users: on Unix by their mode; on Windows by rights of their own, which take nothing from the
/// folder that they lie in.</summary>
/// <remarks>On Windows administrators and the system keep their access, as root does on Unix. A file system that knows no rights, such as FAT, ignores them.</remarks>
public static class OwnerOnly
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a file, or opens one that exists, whose rights then stay as they are.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mode">Whether it may exist. Default: it must not.</param>
    /// <param name="access">What to open it for: to write, or to read and write.</param>
    /// <param name="share">What others may open it for meanwhile. Default: nothing.</param>
    /// <param name="options">As of <see cref="FileStream"/>.</param>
    /// <param name="bufferSize">The bytes of the stream's buffer; at least 1.</param>
    /// <exception cref="IOException">It cannot be made, or exists and must not.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder may not be written.</exception>
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

    /// <summary>Makes a folder if none exists, with those that it lies in. Nobody else reaches what is made in it. One that exists is
    /// left as it is.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder that it is to lie in may not be written.</exception>
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
