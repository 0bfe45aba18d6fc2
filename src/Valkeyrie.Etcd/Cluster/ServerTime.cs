namespace Valkeyrie.Etcd.Cluster;

/// <summary>Times to live as servers send them.</summary>
internal static class ServerTime
{
    // A server may send any number. This is more than a hundred years, and far less than what overflows a clock.
    private const long LongestSeconds = 1L << 32;

    /// <summary>The time of a number of seconds, cut to what clocks can count down.</summary>
    public static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestSeconds));
}
