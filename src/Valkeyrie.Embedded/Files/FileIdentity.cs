using System.Runtime.InteropServices;
using System.Text;

namespace Valkeyrie.Embedded.Files;

/// <summary>The identity of the file at a path, after following links: a path can lead to another file of the same name later.</summary>
/// <param name="Device">The number of the file system.</param>
/// <param name="Inode">The number of the file in it. No other file gets this number while the file is open.</param>
internal readonly record struct FileIdentity(long Device, long Inode)
{
    // The same number on every Unix.
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Converts a path to the system's form: UTF-8 with a NUL at the end.</summary>
    public static byte[] NativePath(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>Identifies the file at a path. Do not call it on Windows.</summary>
    /// <param name="nativePath">See <see cref="NativePath"/>.</param>
    /// <param name="identity">The identity of the file; default if no file exists.</param>
    /// <returns>False if the system does not answer, so that the identity is not known.</returns>
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

    /// <summary>Linux's statx, restricted to the inode.</summary>
    /// <remarks>From Linux 6.13 on, reading the times of a file makes its next write set new times, which the next sync must also write to the disk. With a
    /// stat after each commit, syncing a log took a quarter longer.</remarks>
    private static class IdentityCall
    {
        private const int CurrentFolder = -100;
        private const int WithoutAskingServers = 0x4000;
        private const uint Inode = 0x100;

        /// <summary>True on a system with this call: a kernel from 4.11 on, and a C library that supports it.</summary>
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

            // The major and minor number, one after the other.
            [FieldOffset(136)]
            public long Device;
        }
    }

    private static class Native
    {
        // The layout of struct stat differs between systems; this function of the runtime's own library hides it.
        [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Stat(byte[] path, out StatusBuffer status);

        // The device follows flags, mode, owner, group, size and four times; the rest is reserved.
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
