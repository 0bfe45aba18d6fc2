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
        if (IdentityCall.IsServed)
        {
            return IdentityCall.TryGet(nativePath, out identity);
        }

        var found = Native.Stat(nativePath, out var status) == 0;
        identity = found ? new FileIdentity(status.Device, status.Inode) : default;
        return found || IsMissing(Marshal.GetLastPInvokeError());
    }

    private static bool IsMissing(int error) => error is NoSuchFile or NotADirectory;

    /// <summary>Linux's statx, asked for the inode alone.</summary>
    /// <remarks>Whoever asks a Linux from 6.13 on for the times of a file makes its next write set new ones, which the next sync then has to write to the disk,
    /// too: looked at after each commit by stat, a log took a quarter longer to sync.</remarks>
    private static class IdentityCall
    {
        private const int CurrentFolder = -100;
        private const int WithoutAskingServers = 0x4000;
        private const uint Inode = 0x100;

        /// <summary>True on a system that has the call: a kernel from 4.11 on, and a C library that knows it.</summary>
        public static bool IsServed { get; } = OperatingSystem.IsLinux() && Answers();

        public static bool TryGet(byte[] nativePath, out FileIdentity identity)
        {
            var found = Statx(CurrentFolder, nativePath, WithoutAskingServers, Inode, out var status) == 0;
            identity = found ? new FileIdentity(status.Device, status.Inode) : default;
            return found || IsMissing(Marshal.GetLastPInvokeError());
        }

        private static bool Answers()
        {
            try
            {
                return TryGet(NativePath("/"), out var root) && root.Inode != 0;
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                return false;
            }
        }

        [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Statx(int folder, byte[] path, int flags, uint mask, out StatusBuffer status);

        // The same on every architecture.
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct StatusBuffer
        {
            [FieldOffset(32)]
            public long Inode;

            // Major and minor number side by side.
            [FieldOffset(136)]
            public long Device;
        }
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
