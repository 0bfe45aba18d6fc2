using System.Net;

namespace Valkeyrie.Consul.Calls;

/// <summary>The server refused a request with an error status.</summary>
/// <param name="status">The status.</param>
/// <param name="text">The server's message.</param>
#pragma warning disable CA1032, CA1064 // mapped to a KvException before a caller sees it
internal sealed class ConsulRefusedException(HttpStatusCode status, string text) : Exception($"HTTP status {(int)status}.")
#pragma warning restore CA1032, CA1064
{
    public HttpStatusCode Status { get; } = status;

    public string Text { get; } = text.Trim();
}
