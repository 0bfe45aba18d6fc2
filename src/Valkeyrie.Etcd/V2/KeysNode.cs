using Valkeyrie.Etcd.Cluster;

namespace Valkeyrie.Etcd.V2;

/// <summary>A node of the server's tree: a key with its value, or a directory.</summary>
internal sealed class KeysNode
{
    /// <summary>The rooted path; empty for the root.</summary>
    public string Path { get; set; } = "";

    public byte[] Value { get; set; } = [];

    public bool IsDirectory { get; set; }

    public long CreatedIndex { get; set; }

    public long ModifiedIndex { get; set; }

    /// <summary>The remaining seconds; 0 if the node does not expire.</summary>
    public long TtlSeconds { get; set; }

    /// <summary>True if the node has a time to live, or one that has just expired.</summary>
    public bool Expires { get; set; }

    /// <summary>True if the value is that of a lock key.</summary>
    public bool HasLockValue { get; set; }

    /// <summary>Checks whether the node is a lock key of this library.</summary>
    /// <param name="key">The key or path in the reader's form.</param>
    public bool IsLockKey(string key) => HasLockValue && Expires && key.EndsWith(LockNames.Suffix, StringComparison.Ordinal);

    /// <summary>Converts the node to a pair with the reader's form of the key.</summary>
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
