using System.Runtime.InteropServices;
using System.Text;

namespace Valkeyrie.Embedded.Files;

/// <summary>Which file a path leads to, links followed: what is at a path may be replaced by another file of the same name.</summary>
/// <param name="Device">The number of the file system.</param>
/// <param name="Inode">The number of the file there. No other file gets it as long as this one is open.</param>
internal readonly record struct FileIdentity(long Device, long Inode)
{
    // The same number on every Unix.
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>The path as the system wants it: UTF-8 with a NUL at its end.</summary>
    public static byte[] NativePath(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>Looks at a path. Not to be called on Windows.</summary>
    /// <param name="nativePath">See <see cref="NativePath"/>.</param>
    /// <param name="identity">What is there; default if nothing is.</param>
    /// <returns>False if the system does not say: then nothing is known.</returns>
    public static bool TryGet(byte[] nativePath, out FileIdentity identity)
    {
        if (Native.Stat(nativePath, out var status) == 0)
        {
            identity = new FileIdentity(status.Device, status.Inode);
            return true;
        }

        identity = default;
        return Marshal.GetLastPInvokeError() is NoSuchFile or NotADirectory;
    }

    private static class Native
    {
        // The layout of struct stat differs from system to system; this function of the runtime's own library hides that.
        [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Stat(byte[] path, out StatusBuffer status);

        // Before the device are flags, mode, owner, group, size and four times; room behind for what may come.
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        public struct StatusBuffer
        {
            [FieldOffset(88)]
            public long Device;

            [FieldOffset(104)]
            public long Inode;
        }
    }
}
