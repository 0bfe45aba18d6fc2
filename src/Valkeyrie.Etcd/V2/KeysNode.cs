using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.V2;

/// <summary>One node of the server's tree: a key with its value, or a directory.</summary>
internal sealed class KeysNode
{
    /// <summary>The rooted path; the empty text for the root itself.</summary>
    public string Path { get; set; } = "";

    public byte[] Value { get; set; } = [];

    public bool IsDirectory { get; set; }

    public long CreatedIndex { get; set; }

    public long ModifiedIndex { get; set; }

    /// <summary>The seconds that it has left; 0 if it does not expire.</summary>
    public long TtlSeconds { get; set; }

    /// <summary>True if it has a time to live, or had one that has just run out.</summary>
    public bool Expires { get; set; }

    /// <summary>True if its value is that of a lock's key.</summary>
    public bool HasLockValue { get; set; }

    /// <summary>True for the key of a lock that was taken here.</summary>
    /// <param name="key">The key or path under which its reader knows it.</param>
    public bool IsLockKey(string key) => HasLockValue && Expires && key.EndsWith(LockNames.Suffix, StringComparison.Ordinal);

    /// <summary>The node as a pair under the name that its reader knows it by.</summary>
    public KvPair ToPair(string key, bool keyOnly = false) => new(keyOnly ? [] : Value)
    {
        Key = key,
        KeyOnly = keyOnly,
        Revision = ModifiedIndex,
        CreateRevision = CreatedIndex,
        Ttl = TtlSeconds > 0 ? ServerTime.Seconds(TtlSeconds) : null,
        Remaining = TtlSeconds > 0 ? ServerTime.Seconds(TtlSeconds) : null,
    };
}
