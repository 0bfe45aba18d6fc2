using System.Globalization;

namespace Valkeyrie.Etcd.V2;

/// <summary>Creates the requests of the keys API (etcd Documentation/v2/api.md).</summary>
internal static class Requests
{
    // An expiry time is stored in nanoseconds since 1970, which end in the year 2262.
    private const long MaxTtlSeconds = 7_000_000_000;

    public static KeysCall Get(string path, string key, bool serializable = false) =>
        new(HttpMethod.Get, KeyPaths.Escape(path) + (serializable ? "?quorum=false" : "?quorum=true"), key);

    /// <summary>Writes a value. The reply omits the node and the previous node, which would only return the values.</summary>
    public static KeysCall Set(string path, string key, byte[] form, long ttlSeconds) =>
        Put(path, key, "?noValueOnSuccess=true" + Ttl(ttlSeconds), form);

    public static KeysCall Create(string path, string key, byte[] form, long ttlSeconds) =>
        Put(path, key, "?prevExist=false&noValueOnSuccess=true" + Ttl(ttlSeconds), form);

    public static KeysCall CompareAndSwap(string path, string key, byte[] form, long index, long ttlSeconds) =>
        Put(path, key, $"?prevIndex={Text(index)}" + Ttl(ttlSeconds), form);

    /// <summary>Sets a new time to live if the key is still at the index, without a change visible to watches.</summary>
    public static KeysCall Refresh(string path, string key, long index, long ttlSeconds) =>
        Put(path, key, $"?prevIndex={Text(index)}&refresh=true&noValueOnSuccess=true" + Ttl(ttlSeconds), []);

    public static KeysCall CreateDirectory(string path, string key, long ttlSeconds) =>
        Put(path, key, "?dir=true&prevExist=false" + Ttl(ttlSeconds), []);

    public static KeysCall UpdateDirectory(string path, string key, long ttlSeconds) =>
        Put(path, key, "?dir=true&prevExist=true" + Ttl(ttlSeconds), []);

    public static KeysCall Delete(string path, string key) => new(HttpMethod.Delete, KeyPaths.Escape(path), key);

    public static KeysCall DeleteTree(string path, string key) => new(HttpMethod.Delete, KeyPaths.EscapeDirectory(path) + "?recursive=true&dir=true", key);

    public static KeysCall CompareAndDelete(string path, string key, long index) =>
        new(HttpMethod.Delete, KeyPaths.Escape(path) + $"?prevIndex={Text(index)}", key);

    public static KeysCall DeleteIfValueIs(string path, string key, string value) =>
        new(HttpMethod.Delete, KeyPaths.Escape(path) + "?prevValue=" + Uri.EscapeDataString(value), key);

    /// <summary>Waits for the first change at an index or later.</summary>
    public static KeysCall Wait(string target, string key, long index) => new(HttpMethod.Get, $"{target}&waitIndex={Text(index)}", key);

    /// <summary>Converts a time to live to whole seconds; 0 for none.</summary>
    /// <exception cref="KvInvalidArgumentException">The time is zero or less, or longer than the server supports.</exception>
    public static long TtlSeconds(TimeSpan? ttl, string key)
    {
        if (ttl is not { } span)
        {
            return 0;
        }

        var seconds = OptionRules.TtlSeconds(span, key);
        return seconds <= MaxTtlSeconds
            ? seconds
            : throw new KvInvalidArgumentException($"The time to live must be at most {MaxTtlSeconds} seconds, the longest that etcd's API 2 supports; it is {span}.") { Key = key };
    }

    private static KeysCall Put(string path, string key, string query, byte[] form) =>
        new(HttpMethod.Put, KeyPaths.Escape(path) + query, key) { Form = form };

    private static string Ttl(long seconds) => seconds == 0 ? "" : "&ttl=" + Text(seconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
