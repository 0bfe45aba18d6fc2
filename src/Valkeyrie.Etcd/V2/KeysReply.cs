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

    /// <summary>The seconds that it has left; 0 where it does not expire.</summary>
    public long TtlSeconds { get; set; }

    /// <summary>The node as a pair under the name that its reader knows it by.</summary>
    public KvPair ToPair(string key, bool keyOnly = false) => new()
    {
        Key = key,
        Bytes = keyOnly ? [] : Value,
        KeyOnly = keyOnly,
        Revision = ModifiedIndex,
        CreateRevision = CreatedIndex,
        Ttl = TtlSeconds > 0 ? TimeSpan.FromSeconds(TtlSeconds) : null,
    };
}

/// <summary>What the server answered.</summary>
/// <param name="Index">The store's newest index when it answered; for a write that of the write.</param>
/// <param name="Endpoint">Who answered.</param>
internal sealed record KeysReply(long Index, string Endpoint)
{
    /// <summary>Why it did not do as asked, where that is an answer to the request; null where it did.</summary>
    public KeysError? Error { get; init; }

    /// <summary>What was done: <c>get</c>, <c>set</c>, <c>create</c>, <c>update</c>, <c>compareAndSwap</c>, <c>delete</c>,
    /// <c>compareAndDelete</c> or <c>expire</c>.</summary>
    public string Action { get; init; } = "";

    public KeysNode? Node { get; init; }

    /// <summary>The node before the change.</summary>
    public KeysNode? Previous { get; init; }
}
