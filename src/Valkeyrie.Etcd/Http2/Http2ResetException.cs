namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer ended one stream.</summary>
#pragma warning disable CA1032, CA1064 // made in this folder, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class Http2ResetException(Http2Error error) : Exception($"The server ended the call with the error {error}.")
{
    public Http2Error Error { get; } = error;
}
#pragma warning restore CA1032, CA1064
