using System.Runtime.InteropServices;

namespace Valkeyrie.Embedded.Storage;

/// <summary>The time since the machine was started, its sleep included. Nobody sets it, and all processes read the same.</summary>
/// <remarks>Linux alone offers it together with a name for the start (its boot id), which a time that is kept in a file needs.</remarks>
internal static class BootClock
{
    // CLOCK_BOOTTIME of Linux.
    private const int BootTime = 7;

    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Tells this start of the machine from all others; null if nothing does.</summary>
    public static byte[]? BootId { get; } = ReadBootId();

    /// <summary>Milliseconds since the start. To be asked only where there is a <see cref="BootId"/>.</summary>
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
