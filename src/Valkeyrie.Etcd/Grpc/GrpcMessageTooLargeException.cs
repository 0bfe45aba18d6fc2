namespace Valkeyrie.Etcd.Grpc;

/// <summary>A message is longer than its reader accepts.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and turned into another error before a caller of the assembly sees it
internal sealed class GrpcMessageTooLargeException(long length) : Exception($"A message of {length} bytes is longer than the limit.")
{
    public long Length { get; } = length;
}
#pragma warning restore CA1032, CA1064
