using System.Globalization;
using System.Text;

namespace Valkeyrie.Etcd.Transport;

/// <summary>The status codes of gRPC (grpc/doc/statuscodes.md).</summary>
internal enum GrpcCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>How a call ended, as the server said it in its trailers.</summary>
internal readonly record struct GrpcStatus(GrpcCode Code, string Message)
{
    /// <summary>Reads the status; null where there is none.</summary>
    /// <param name="code">The field <c>grpc-status</c>.</param>
    /// <param name="message">The field <c>grpc-message</c>.</param>
    public static GrpcStatus? From(string? code, string? message)
    {
        if (code is null)
        {
            return null;
        }

        var number = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? (GrpcCode)parsed : GrpcCode.Unknown;
        return new(number, number == GrpcCode.Ok || message is null ? "" : PercentDecode(message));
    }

    // Percent-encoding as the gRPC protocol defines it for messages; what is not a valid escape stands as it is.
    private static string PercentDecode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}

/// <summary>A call that the server answered with a status other than OK. Never leaves this assembly.</summary>
#pragma warning disable CA1032, CA1064 // made in one place, with all it needs, and mapped to a KvException before a caller sees it
internal sealed class GrpcException(GrpcStatus status) : Exception($"{status.Code}: {status.Message}")
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>What answered does not speak gRPC as it should.</summary>
internal sealed class GrpcProtocolException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A message longer than its reader takes.</summary>
internal sealed class GrpcMessageTooLargeException(long length) : Exception($"A message of {length} bytes is longer than can be taken.")
{
    public long Length { get; } = length;
}
#pragma warning restore CA1032, CA1064
