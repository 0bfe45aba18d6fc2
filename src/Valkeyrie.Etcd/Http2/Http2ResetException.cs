namespace Valkeyrie.Etcd.Http2;

/// <summary>The peer ended one stream.</summary>
#pragma warning disable CA1032, CA1064 // created in this folder with all arguments, and converted to another error inside the assembly
internal sealed class Http2ResetException(Http2Error error) : Exception($"The server ended the call with the error {error}.")
{
    public Http2Error Error { get; } = error;
}
#pragma warning restore CA1032, CA1064
