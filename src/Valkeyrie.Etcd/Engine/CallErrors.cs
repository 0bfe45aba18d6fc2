using Valkeyrie.Etcd.Grpc;

namespace Valkeyrie.Etcd.Engine;

/// <summary>Creates the exceptions of failed calls with their gRPC status.</summary>
internal static class CallErrors
{
    /// <param name="error">The failure.</param>
    /// <param name="status">The server's status; null if it sent none.</param>
    /// <param name="metadata">The reply's metadata.</param>
    public static EtcdCallException Of(KvException error, GrpcStatus? status, GrpcMetadata metadata) => status is { Code: not GrpcCode.Ok } refused
        ? new EtcdCallException((int)refused.Code, refused.Message, metadata.Trailers, error)
        : new EtcdCallException((int)CodeOf(error), error.Message, metadata.Trailers, error);

    private static GrpcCode CodeOf(KvException error) => error.Code switch
    {
        KvErrorCode.TimedOut => GrpcCode.DeadlineExceeded,
        KvErrorCode.Unreachable => GrpcCode.Unavailable,
        KvErrorCode.AuthenticationFailed => GrpcCode.Unauthenticated,
        KvErrorCode.PermissionDenied => GrpcCode.PermissionDenied,
        KvErrorCode.QuotaExceeded => GrpcCode.ResourceExhausted,
        KvErrorCode.InvalidArgument => GrpcCode.InvalidArgument,
        KvErrorCode.StoreClosed => GrpcCode.Cancelled,
        _ => GrpcCode.Unknown,
    };
}
