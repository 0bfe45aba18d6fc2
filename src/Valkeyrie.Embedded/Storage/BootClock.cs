using System.Runtime.InteropServices;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The time since the machine was started, including sleep. It cannot be set, and is the same in all processes.</summary>
/// <remarks>Only Linux offers it together with an identity of the start (the boot id), which a time stored in a file needs.</remarks>
internal static class BootClock
{
    // CLOCK_BOOTTIME of Linux.
    private const int BootTime = 7;

    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>The identity of this start of the machine; null if the system has none.</summary>
    public static byte[]? BootId { get; } = ReadBootId();

    /// <summary>The milliseconds since the start. Read it only if <see cref="BootId"/> is not null.</summary>
    public static long Now => Native.ReadClock(BootTime, out var time) == 0
        ? (time.Seconds * 1000L) + (time.Nanoseconds / 1_000_000)
        : throw new PlatformNotSupportedException("The system has no clock that counts from its start.");

    private static byte[]? ReadBootId()
    {
        try
        {
            return OperatingSystem.IsLinux() && Guid.TryParse(File.ReadAllText(BootIdPath).Trim(), out var id) && Now > 0 ? id.ToByteArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException or DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "clock_gettime")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        [SuppressGCTransition]
        public static extern int ReadClock(int clock, out TimeSpec time);

        [StructLayout(LayoutKind.Sequential)]
        public struct TimeSpec
        {
            public nint Seconds;
            public nint Nanoseconds;
        }
    }
}
