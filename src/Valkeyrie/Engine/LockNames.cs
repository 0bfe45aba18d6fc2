using System.Buffers;
using System.Globalization;

namespace Valkeyrie.Engine;

/// <summary>The names of lock keys.</summary>
public static class LockNames
{
    /// <summary>The suffix that forms the directory of a key's lock keys. The same as in the Go library.</summary>
    public const string Suffix = "___lock";

    private const string DirectorySuffix = "___lock/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Returns the directory of the lock keys of a key, with its last slash.</summary>
    /// <param name="key">The locked key.</param>
    /// <param name="form">The form of the lock.</param>
    public static string DirectoryOf(string key, KvLockForm form = KvLockForm.Beside) =>
        form == KvLockForm.EtcdMutex ? key + KeyRules.Separator : key + DirectorySuffix;

    /// <summary>Checks whether a pair is a lock key, on stores whose locks depend on leases: <c>KEY___lock/LEASE</c>, attached to the lease of that number.
    /// Data with such a name is not a lock key. Listings and watches of trees omit lock keys.</summary>
    /// <param name="pair">The pair, with its lease.</param>
    public static bool IsLockKey(KvPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.LeaseId is { } lease
            && IsNamedLikeLockKey(pair.Key)
            && pair.Key.AsSpan(pair.Key.LastIndexOf(KeyRules.Separator) + 1).SequenceEqual(OfLease(lease));
    }

    /// <summary>Checks whether a key has the name of a lock key: <c>KEY___lock/LEASE</c>. Only its lease shows whether it is one.</summary>
    /// <param name="key">The key.</param>
    public static bool IsNamedLikeLockKey(ReadOnlySpan<char> key)
    {
        var at = key.LastIndexOf(KeyRules.Separator);
        return at >= Suffix.Length
            && at + 1 < key.Length
            && key[..at].EndsWith(Suffix, StringComparison.Ordinal)
            && !key[(at + 1)..].ContainsAnyExcept(HexDigits);
    }

    /// <summary>Returns the lease that a contender's key is named after: <c>DIRECTORY/LEASE</c>.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The lease; 0 if the key is not named after one.</returns>
    public static long LeaseIn(ReadOnlySpan<char> key)
    {
        var at = key.LastIndexOf(KeyRules.Separator);
        var name = key[(at + 1)..];
        return at > 0 && name is [not '0', ..] && !name.ContainsAnyExcept(HexDigits)
            && long.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var leaseId)
            ? leaseId
            : 0;
    }

    /// <summary>Formats a lease as the last part of a lock key.</summary>
    /// <param name="leaseId">The lease.</param>
    public static string OfLease(long leaseId) => leaseId.ToString("x", CultureInfo.InvariantCulture);
}
