namespace Valkeyrie.Embedded.Storage;

/// <summary>The system's wall clock, which can be set.</summary>
internal static class WallClock
{
    /// <summary>Returns the milliseconds since 1970, UTC.</summary>
    public static long Read() => DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond - UnixEpochMilliseconds;

    private const long UnixEpochMilliseconds = 62_135_596_800_000;
}
