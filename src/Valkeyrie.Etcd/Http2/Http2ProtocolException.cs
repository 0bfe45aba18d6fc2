namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer violates the HTTP/2 protocol, or reports that this side does; the connection is unusable.</summary>
#pragma warning disable CA1032, CA1064 // created in this folder with all arguments, and converted to another error inside the assembly
internal sealed class Http2ProtocolException(Http2Error error, string message) : Exception(message)
{
    public Http2Error Error { get; } = error;
}
#pragma warning restore CA1032, CA1064
