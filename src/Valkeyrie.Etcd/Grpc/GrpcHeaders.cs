using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The headers and trailers of a reply that gRPC itself uses.</summary>
internal struct GrpcHeaders
{
    private string? _httpStatus;
    private string? _contentType;
    private string? _status;
    private string? _message;

    /// <summary>True after the server has sent the status of the call.</summary>
    public readonly bool HasStatus => _status is not null;

    /// <summary>The server's status of the call; null if it has not sent one.</summary>
    public readonly GrpcStatus? Status => GrpcStatus.From(_status, _message);

    /// <summary>The reason why this is not a reply of a gRPC server; null if it may be one.</summary>
    public readonly GrpcProtocolException? Fault =>
        _httpStatus != "200" ? new GrpcProtocolException($"It answered with HTTP status {_httpStatus ?? "none"}.")
        : _contentType is null || !_contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            ? new GrpcProtocolException($"It answered with content of type '{_contentType ?? "none"}', not gRPC.")
        : null;

    public void ReadHeaders(HeaderList fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            switch (name)
            {
                case ":status": _httpStatus = value; break;
                case "content-type": _contentType = value; break;
                case "grpc-status": _status = value; break;
                case "grpc-message": _message = value; break;
            }
        }
    }

    public void ReadTrailers(HeaderList fields)
    {
        (_status, _message) = (null, null);
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            switch (name)
            {
                case "grpc-status": _status = value; break;
                case "grpc-message": _message = value; break;
            }
        }
    }
}
