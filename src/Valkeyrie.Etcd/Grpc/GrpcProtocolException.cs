namespace Valkeyrie.Etcd.Grpc;

/// <summary>The peer does not follow the gRPC protocol.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class GrpcProtocolException(string message, Exception? inner = null) : Exception(VisibleText.Of(message), inner);
#pragma warning restore CA1032, CA1064
