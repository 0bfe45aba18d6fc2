using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>A method of a gRPC service, with the header fields of all its calls.</summary>
/// <param name="path">The service and method: <c>/package.Service/Method</c>.</param>
/// <param name="isRepeatable">See <see cref="IsRepeatable"/>.</param>
/// <param name="fields">Additional header fields of all its calls.</param>
internal sealed class GrpcMethod(string path, bool isRepeatable = false, params HeaderField[] fields)
{
    private static readonly HeaderField Post = new(":method", "POST");
    private static readonly HeaderField ContentType = new("content-type", "application/grpc");
    private static readonly HeaderField Trailers = new("te", "trailers");

    public string Path { get; } = path;

    /// <summary>The method's name without its service.</summary>
    public string Name { get; } = path[(path.LastIndexOf('/') + 1)..];

    /// <summary>True if a call with an unknown outcome can be repeated safely.</summary>
    public bool IsRepeatable { get; } = isRepeatable;

    /// <summary>The header fields of every call.</summary>
    public HeaderField[] Fields { get; } = [Post, new(":path", path), ContentType, Trailers, .. fields];
}
