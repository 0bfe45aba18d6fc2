namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer was reached, but does not start an HTTP/2 connection.</summary>
#pragma warning disable CA1032, CA1064 // created in this folder with all arguments, and converted to another error inside the assembly
internal sealed class Http2ConnectException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True if the peer ended the connection right after the TLS handshake.</summary>
    public bool EndedAfterHandshake { get; init; }
}
#pragma warning restore CA1032, CA1064
