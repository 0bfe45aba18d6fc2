namespace Valkeyrie.Etcd.V2;

/// <summary>An answer of the server.</summary>
/// <param name="Index">The store's newest index when it answered; for a write that of the write.</param>
/// <param name="Endpoint">The endpoint that answered.</param>
internal sealed record KeysReply(long Index, string Endpoint)
{
    /// <summary>The cluster that answered; empty if not reported.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>The refusal, if it is an answer to the request; null if the request succeeded.</summary>
    public KeysError? Error { get; init; }

    /// <summary>The action: <c>get</c>, <c>set</c>, <c>create</c>, <c>update</c>, <c>compareAndSwap</c>, <c>delete</c>, <c>compareAndDelete</c> or
    /// <c>expire</c>.</summary>
    public string Action { get; init; } = "";

    public KeysNode? Node { get; init; }

    /// <summary>The node before the change.</summary>
    public KeysNode? Previous { get; init; }
}
