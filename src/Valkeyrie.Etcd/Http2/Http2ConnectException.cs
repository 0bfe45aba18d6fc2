namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer was reached, but does not start an HTTP/2 connection.</summary>
#pragma warning disable CA1032, CA1064 // made in this folder, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class Http2ConnectException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True if the peer ended the connection right after the TLS handshake.</summary>
    public bool EndedAfterHandshake { get; init; }
}
#pragma warning restore CA1032, CA1064
