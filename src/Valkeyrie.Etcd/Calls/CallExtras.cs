using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>The additional settings and results of a call through <c>IEtcdCalls</c>.</summary>
/// <param name="Fields">Header fields of the request.</param>
/// <param name="Endpoint">The only endpoint to call; null for any.</param>
/// <param name="Timeout">The longest duration of the whole call; null for the store's timeout, which does not limit a stream once it is open.</param>
internal sealed record CallExtras(HeaderField[] Fields, ConnectedEndpoint? Endpoint, TimeSpan? Timeout)
{
    /// <summary>The metadata of the reply to the last attempt.</summary>
    public GrpcMetadata Metadata { get; private set; } = new();

    /// <summary>The server's status of the last failed attempt; null if it sent none.</summary>
    public GrpcStatus? Status { get; private set; }

    /// <summary>Begins another attempt.</summary>
    public GrpcMetadata BeginAttempt() => Metadata = new GrpcMetadata();

    /// <summary>Records why an attempt failed.</summary>
    public void Failed(Exception e) => Status = (e as GrpcException)?.Status;

    /// <summary>Returns the header fields of the request together with those of the credential.</summary>
    public HeaderField[] With(HeaderField[]? token) => token is null ? Fields : [.. Fields, .. token];
}
