namespace Valkeyrie.Etcd.Cluster;

/// <summary>Converts times to live from servers.</summary>
internal static class ServerTime
{
    // A server may send any number. This limit is more than a hundred years, and far less than a value that overflows a clock.
    private const long LongestSeconds = 1L << 32;

    /// <summary>Converts seconds to a time, limited to values that clocks can count down.</summary>
    public static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestSeconds));
}
