namespace Valkeyrie.Embedded.Storage;

/// <summary>The clock on the wall, which somebody may set.</summary>
internal static class WallClock
{
    /// <summary>Milliseconds since 1970, UTC.</summary>
    public static long Read() => DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond - UnixEpochMilliseconds;

    private const long UnixEpochMilliseconds = 62_135_596_800_000;
}
