using System.Globalization;

namespace Valkeyrie.Bench.Measuring;

/// <summary>The processes that this one has started and waited for. Only Linux has a file with their processor time.</summary>
/// <remarks>Other work on the machine changes the processor time of a start less than its duration.</remarks>
internal static class EndedChildren
{
    private const string File = "/proc/self/stat";
    private const int TicksPerSecond = 100;

    // cutime and cstime of proc(5), counted from the field after the name, which may contain spaces but ends with the last parenthesis.
    private const int UserField = 13;
    private const int SystemField = 14;

    /// <summary>Gets their processor time and that of their own children, in steps of 10 ms; zero if the system has no such file.</summary>
    public static TimeSpan ProcessorTime()
    {
        if (!System.IO.File.Exists(File))
        {
            return TimeSpan.Zero;
        }

        var line = System.IO.File.ReadAllText(File);
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[UserField], CultureInfo.InvariantCulture) + long.Parse(fields[SystemField], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }
}
