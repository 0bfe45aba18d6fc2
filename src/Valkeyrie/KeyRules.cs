using System.Buffers;

namespace Valkeyrie;

/// <summary>The rules of keys and of times to live, in one place for every store.</summary>
public static class KeyRules
{
    /// <summary>What separates the parts of a key by convention.</summary>
    public const char Separator = '/';

    /// <summary>What is appended to a key to name the keys that its lock is made of. Shared with the Go library.</summary>
    public const string LockSuffix = "___lock";

    private const string LockDirectory = "___lock/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Refuses an empty key, one with a NUL, and one that is not valid text (half of a surrogate pair).</summary>
    /// <param name="key">The key.</param>
    /// <param name="what">What to call it in the message.</param>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule.</exception>
    public static void Check(string key, string what = "key")
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new KvInvalidArgumentException($"The {what} is empty. Give one with at least one character.");
        }

        if (key.Contains('\0', StringComparison.Ordinal))
        {
            throw new KvInvalidArgumentException(
                $"The {what} '{key.Replace("\0", "\\0", StringComparison.Ordinal)}' holds a NUL character, which no key may have.") { Key = key };
        }

        // Most keys have no surrogates at all, which is seen at once; only the codec knows which of those that are left stand for a byte.
        if (key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            KeyCodec.Plain.Encode(key);
        }
    }

    /// <summary>Tells whether a pair is one of those that a lock is made of, on stores whose locks stand on leases: <c>KEY___lock/LEASE</c>, borne by the lease of
    /// that number. Data that merely has such a name is none. Listings and watches of trees leave the keys of locks out.</summary>
    /// <param name="pair">The pair, with its lease.</param>
    public static bool IsLockKey(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.LeaseId != 0
            && IsNamedLikeLockKey(pair.Key)
            && pair.Key.AsSpan(pair.Key.LastIndexOf(Separator) + 1).SequenceEqual(LeaseName(pair.LeaseId));
    }

    /// <summary>Tells whether a key has the name of one that a lock is made of: <c>KEY___lock/LEASE</c>. Whether it is one is told by its lease.</summary>
    /// <param name="key">The key.</param>
    internal static bool IsNamedLikeLockKey(ReadOnlySpan<char> key)
    {
        var at = key.LastIndexOf(Separator);
        return at >= LockSuffix.Length
            && at + 1 < key.Length
            && key[..at].EndsWith(LockSuffix, StringComparison.Ordinal)
            && !key[(at + 1)..].ContainsAnyExcept(HexDigits);
    }

    /// <summary>A lease as the last part of a lock's key.</summary>
    /// <param name="leaseId">The lease.</param>
    internal static string LeaseName(long leaseId) => leaseId.ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The directory of the keys that the lock of a key is made of, with its last slash.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="form">Which lock.</param>
    public static string LockDirectoryOf(string key, KvLockForm form = KvLockForm.Beside) =>
        form == KvLockForm.EtcdMutex ? key + Separator : key + LockDirectory;

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

    // etcd's lease.MaxLeaseTTL.
    private const long MaxTtlSeconds = 9_000_000_000;
}
