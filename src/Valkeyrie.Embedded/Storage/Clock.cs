namespace Valkeyrie.Embedded.Storage;

/// <summary>The clock that the processes of a machine share, and that goes on while it is off: milliseconds since 1970, UTC.</summary>
internal static class Clock
{
    public static long Now => DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond - UnixEpochMilliseconds;

    private const long UnixEpochMilliseconds = 62_135_596_800_000;
}
