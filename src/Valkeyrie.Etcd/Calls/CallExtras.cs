using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>What a call has beyond what the store's own calls need.</summary>
/// <param name="Fields">Header fields of its request.</param>
/// <param name="Endpoint">The only endpoint it may go to; null for any.</param>
/// <param name="Timeout">How long it may take as a whole; null for the store's timeout, which does not bound a stream once it is open.</param>
internal sealed record CallExtras(HeaderField[] Fields, ConnectedEndpoint? Endpoint, TimeSpan? Timeout)
{
    /// <summary>The metadata of the reply; of its last attempt, where there are several.</summary>
    public GrpcMetadata Metadata { get; private set; } = new();

    /// <summary>How the server ended the last attempt that failed; null if it did not say.</summary>
    public GrpcStatus? Status { get; private set; }

    /// <summary>Begins another attempt.</summary>
    public GrpcMetadata BeginAttempt() => Metadata = new GrpcMetadata();

    /// <summary>Notes why an attempt failed.</summary>
    public void Failed(Exception e) => Status = (e as GrpcException)?.Status;

    /// <summary>The header fields of the request together with those that sign it in.</summary>
    public HeaderField[] With(HeaderField[]? token) => token is null ? Fields : [.. Fields, .. token];
}
