using System.Globalization;
using System.Text;

namespace Valkeyrie.Etcd.Grpc;

/// <summary>The status of a call, from the server's trailers.</summary>
internal readonly record struct GrpcStatus(GrpcCode Code, string Message)
{
    /// <summary>Reads the status; null if there is none.</summary>
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

    // Percent-encoding as the gRPC protocol defines it for messages; invalid escapes stay unchanged.
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
