using System.Buffers;
using System.Globalization;

namespace Valkeyrie.Engine;

/// <summary>The names of the keys that locks are made of.</summary>
public static class LockNames
{
    /// <summary>What is appended to a key to name the keys that its lock is made of. Shared with the Go library.</summary>
    public const string Suffix = "___lock";

    private const string DirectorySuffix = "___lock/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The directory of the keys that the lock of a key is made of, with its last slash.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="form">Which lock.</param>
    public static string DirectoryOf(string key, KvLockForm form = KvLockForm.Beside) =>
        form == KvLockForm.EtcdMutex ? key + KeyRules.Separator : key + DirectorySuffix;

    /// <summary>Checks whether a pair is one of those that a lock is made of, on stores whose locks stand on leases: <c>KEY___lock/LEASE</c>, attached to the lease
    /// of that number. Data that merely has such a name is none. Listings and watches of trees leave the keys of locks out.</summary>
    /// <param name="pair">The pair, with its lease.</param>
    public static bool IsLockKey(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.LeaseId is { } lease
            && IsNamedLikeLockKey(pair.Key)
            && pair.Key.AsSpan(pair.Key.LastIndexOf(KeyRules.Separator) + 1).SequenceEqual(OfLease(lease));
    }

    /// <summary>Checks whether a key has the name of a lock key: <c>KEY___lock/LEASE</c>. Its lease shows whether it is one.</summary>
    /// <param name="key">The key.</param>
    public static bool IsNamedLikeLockKey(ReadOnlySpan<char> key)
    {
        var at = key.LastIndexOf(KeyRules.Separator);
        return at >= Suffix.Length
            && at + 1 < key.Length
            && key[..at].EndsWith(Suffix, StringComparison.Ordinal)
            && !key[(at + 1)..].ContainsAnyExcept(HexDigits);
    }

    /// <summary>The lease that a key is named after, as those of contenders are: <c>DIRECTORY/LEASE</c>.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The lease; 0 if the key is named after none.</returns>
    public static long LeaseIn(ReadOnlySpan<char> key)
    {
        var at = key.LastIndexOf(KeyRules.Separator);
        var name = key[(at + 1)..];
        return at > 0 && name is [not '0', ..] && !name.ContainsAnyExcept(HexDigits)
            && long.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var leaseId)
            ? leaseId
            : 0;
    }

    /// <summary>A lease as the last part of a lock's key.</summary>
    /// <param name="leaseId">The lease.</param>
    public static string OfLease(long leaseId) => leaseId.ToString("x", CultureInfo.InvariantCulture);
}
