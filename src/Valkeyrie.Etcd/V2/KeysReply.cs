namespace Valkeyrie.Etcd.V2;

/// <summary>What the server answered.</summary>
/// <param name="Index">The store's newest index when it answered; for a write that of the write.</param>
/// <param name="Endpoint">Who answered.</param>
internal sealed record KeysReply(long Index, string Endpoint)
{
    /// <summary>The cluster that answered; empty if it does not say.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>Why it did not do as asked, where that is an answer to the request; null if it did.</summary>
    public KeysError? Error { get; init; }

    /// <summary>What was done: <c>get</c>, <c>set</c>, <c>create</c>, <c>update</c>, <c>compareAndSwap</c>, <c>delete</c>,
    /// <c>compareAndDelete</c> or <c>expire</c>.</summary>
    public string Action { get; init; } = "";

    public KeysNode? Node { get; init; }

    /// <summary>The node before the change.</summary>
    public KeysNode? Previous { get; init; }
}
