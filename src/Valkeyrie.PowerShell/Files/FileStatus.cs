using System.Runtime.InteropServices;

namespace Valkeyrie.PowerShell.Files;

/// <summary>The kind of a path's target, after links are followed.</summary>
internal enum FileKind
{
    /// <summary>The target does not exist, or its kind is unknown.</summary>
    None,

    /// <summary>A file with persistent content.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, named or not, or a terminal or another character device: its bytes can be read only once, and written bytes cannot be
    /// replaced.</summary>
    Stream,

    /// <summary>A disk, or a socket.</summary>
    Other,
}

/// <summary>The kind and the owner of a file, which .NET does not report on Unix.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="User">The id of the owner; 0 on Windows.</param>
/// <param name="Group">The id of the group; 0 on Windows.</param>
internal readonly record struct FileStatus(FileKind Kind, uint User, uint Group)
{
    private const int TypeBits = 0xF000;
    private const int PipeType = 0x1000;
    private const int CharacterDeviceType = 0x2000;
    private const int FolderType = 0x4000;
    private const int RegularType = 0x8000;

    /// <summary>Gets the status of a path.</summary>
    /// <param name="path">The path.</param>
    public static FileStatus Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return new(File.Exists(path) ? FileKind.Regular : Directory.Exists(path) ? FileKind.Folder : FileKind.None, 0, 0);
        }

        if (Native.Stat(path, out var status) != 0)
        {
            return default;
        }

        var kind = (status.Mode & TypeBits) switch
        {
            RegularType => FileKind.Regular,
            FolderType => FileKind.Folder,
            PipeType or CharacterDeviceType => FileKind.Stream,
            _ => FileKind.Other,
        };
        return new(kind, status.User, status.Group);
    }

    /// <summary>Sets the owner and the group of another file to these, as far as the system allows this user.</summary>
    /// <param name="path">The file. Its owner is not changed on Windows.</param>
    public void GiveTo(string path)
    {
        if (OperatingSystem.IsWindows() || Of(path) is var own && own.User == User && own.Group == Group)
        {
            return;
        }

        if (Native.ChangeOwner(path, User, Group) != 0)
        {
            // A user who cannot change the owner of a file can still change its group to one of the user's own groups.
            _ = Native.ChangeOwner(path, uint.MaxValue, Group);
        }
    }

    private static class Native
    {
        // The layout of struct stat differs between systems. This function of the runtime's own library hides that, and its layout has begun this way since its
        // first version.
        [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Stat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out StatusBuffer status);

        [DllImport("libc", EntryPoint = "chown")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

        // Times and sizes follow; this leaves room for more of them.
        [StructLayout(LayoutKind.Sequential, Size = 512)]
        public struct StatusBuffer
        {
            public int Flags;
            public int Mode;
            public uint User;
            public uint Group;
        }
    }
}
