namespace Valkeyrie.Etcd.Grpc;

/// <summary>A message is longer than its reader accepts.</summary>
#pragma warning disable CA1032, CA1064 // created in one place with all arguments, and converted to another error inside the assembly
internal sealed class GrpcMessageTooLargeException(long length) : Exception($"A message of {length} bytes is longer than the limit.")
{
    public long Length { get; } = length;
}
#pragma warning restore CA1032, CA1064
