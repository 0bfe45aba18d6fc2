namespace Valkeyrie.Etcd.Grpc;

/// <summary>The peer does not follow the gRPC protocol.</summary>
#pragma warning disable CA1032, CA1064 // created in one place with all arguments, and converted to another error inside the assembly
internal sealed class GrpcProtocolException(string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner);
#pragma warning restore CA1032, CA1064
