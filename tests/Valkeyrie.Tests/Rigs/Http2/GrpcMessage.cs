using System.Buffers.Binary;

namespace Valkeyrie.Tests.Rigs;

/// <summary>gRPC's framing of messages, and the headers around them (gRPC over HTTP/2).</summary>
internal static class GrpcMessage
{
    public const int PrefixLength = 5;

    public static (string Name, string Value)[] OkHeaders { get; } = [(":status", "200"), ("content-type", "application/grpc")];

    public static (string Name, string Value)[] Trailers(int status, string? message = null) =>
        message is null ? [("grpc-status", $"{status}")] : [("grpc-status", $"{status}"), ("grpc-message", message)];

    public static byte[] Write(ReadOnlySpan<byte> payload, bool compressed = false) => [.. Prefix((uint)payload.Length, compressed), .. payload];

    public static byte[] Prefix(uint length, bool compressed = false)
    {
        var prefix = new byte[PrefixLength];
        prefix[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), length);
        return prefix;
    }
}
