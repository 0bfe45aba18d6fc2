using System.Runtime.InteropServices;

namespace Valkeyrie.PowerShell.Files;

/// <summary>What kind of thing a path leads to, links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or an unknown kind.</summary>
    None,

    /// <summary>A file whose bytes stay where they are.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, named or not, or a terminal or another device of characters: what was read is gone, what was written cannot be replaced.</summary>
    Stream,

    /// <summary>A disk, or a socket.</summary>
    Other,
}

/// <summary>The kind and the owner of a file. .NET tells neither of them on Unix.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="User">The number of the owner; 0 on Windows.</param>
/// <param name="Group">The number of the group; 0 on Windows.</param>
internal readonly record struct FileStatus(FileKind Kind, uint User, uint Group)
{
    private const int TypeBits = 0xF000;
    private const int PipeType = 0x1000;
    private const int CharacterDeviceType = 0x2000;
    private const int FolderType = 0x4000;
    private const int RegularType = 0x8000;

    /// <summary>Looks at a path.</summary>
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

    /// <summary>Gives a file the owner and the group of another one, as far as the system lets this user.</summary>
    /// <param name="path">The file. Its owner is not changed on Windows.</param>
    public void GiveTo(string path)
    {
        if (OperatingSystem.IsWindows() || Of(path) is var own && own.User == User && own.Group == Group)
        {
            return;
        }

        if (Native.ChangeOwner(path, User, Group) != 0)
        {
            // A user who cannot change the owner of a file can still change its group to one of their own.
            _ = Native.ChangeOwner(path, uint.MaxValue, Group);
        }
    }

    private static class Native
    {
        // The layout of struct stat differs from system to system; this function of the runtime's own library hides that, and has begun so since its
        // first version.
        [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Stat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out StatusBuffer status);

        [DllImport("libc", EntryPoint = "chown")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

        // What follows are times and sizes; room for more of them than there are today.
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
