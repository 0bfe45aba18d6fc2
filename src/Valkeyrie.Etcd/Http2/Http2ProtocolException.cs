namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer violates the HTTP/2 protocol, or reports that this side does; the connection is unusable.</summary>
#pragma warning disable CA1032, CA1064 // made in this folder, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class Http2ProtocolException(Http2Error error, string message) : Exception(message)
{
    public Http2Error Error { get; } = error;
}
#pragma warning restore CA1032, CA1064
