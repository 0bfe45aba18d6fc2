namespace Valkeyrie.Engine;

/// <summary>The rules of options, in one place for every store. Stores ask them before anything is sent.</summary>
public static class OptionRules
{
    // etcd's lease.MaxLeaseTTL.
    private const long MaxTtlSeconds = 9_000_000_000;

    /// <summary>A time to live in whole seconds, a fraction rounded up.</summary>
    /// <param name="ttl">The time to live.</param>
    /// <param name="key">The key it is for.</param>
    /// <exception cref="KvInvalidArgumentException">It is zero or less, or longer than etcd can hold (9,000,000,000 seconds).</exception>
    public static long TtlSeconds(TimeSpan ttl, string? key = null)
    {
        if (ttl <= TimeSpan.Zero)
        {
            throw new KvInvalidArgumentException($"The time to live is {ttl}. Give one above zero, or none for a key that does not expire.") { Key = key };
        }

        var seconds = (ttl.Ticks - 1) / TimeSpan.TicksPerSecond + 1;
        return seconds <= MaxTtlSeconds
            ? seconds
            : throw new KvInvalidArgumentException($"The time to live is {ttl}, above the longest that etcd holds, {MaxTtlSeconds} seconds.") { Key = key };
    }
}
