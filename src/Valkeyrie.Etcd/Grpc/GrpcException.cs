namespace Valkeyrie.Etcd.Grpc;

/// <summary>The server ended a call with a status other than OK. Never leaves this assembly.</summary>
#pragma warning disable CA1032, CA1064 // created in one place with all arguments, and converted to another error inside the assembly
internal sealed class GrpcException(GrpcStatus status) : Exception(VisibleText.Of($"{status.Code}: {status.Message}"))
{
    public GrpcStatus Status { get; } = status;
}
#pragma warning restore CA1032, CA1064
