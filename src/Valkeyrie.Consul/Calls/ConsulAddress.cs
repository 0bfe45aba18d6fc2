using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul.Calls;

/// <summary>The content of a Consul address: <c>host:8500,host2:8500?dc=east&amp;ns=team</c>.</summary>
/// <param name="Endpoints">The endpoints' base URLs.</param>
/// <param name="Query">The query of every request, escaped: empty, or <c>dc=east&amp;ns=team</c>.</param>
internal sealed record ConsulAddress(IReadOnlyList<Uri> Endpoints, string Query)
{
    private const int DefaultPort = 8500;
    private const int DefaultTlsPort = 8501;

    // The API's names, in all editions (ns and partition: Enterprise).
    private static readonly string[] Names = ["dc", "ns", "partition"];

    /// <summary>The query as written in an address.</summary>
    public string ShownQuery => Query.Length == 0 ? "" : "?" + Query;

    /// <summary>Parses an address without its scheme.</summary>
    /// <param name="scheme">The scheme, for errors.</param>
    /// <param name="rest">The text after the scheme.</param>
    /// <param name="tls">True for TLS.</param>
    /// <exception cref="KvInvalidArgumentException">The address has no endpoint, or an invalid part.</exception>
    public static ConsulAddress Parse(string scheme, string rest, bool tls)
    {
        var at = rest.IndexOf('?', StringComparison.Ordinal);
        var hosts = at < 0 ? rest : rest[..at];
        return new ConsulAddress(
            HttpAddress.Parse(
                hosts,
                tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp,
                tls ? DefaultTlsPort : DefaultPort,
                $"{scheme}://localhost:{(tls ? DefaultTlsPort : DefaultPort)}"),
            at < 0 ? "" : ReadQuery(rest[(at + 1)..]));
    }

    private static string ReadQuery(string query)
    {
        var parts = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(ReadPart).ToList();
        var twice = parts.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? string.Join('&', parts.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"))
            : throw new KvInvalidArgumentException($"The address contains '{twice.Key}' twice. Specify it once.");
    }

    private static (string Name, string Value) ReadPart(string part)
    {
        var at = part.IndexOf('=', StringComparison.Ordinal);
        var name = at < 0 ? part : part[..at];
        var value = at < 0 ? "" : Uri.UnescapeDataString(part[(at + 1)..]);

        // The part itself is not shown: it may be a token, which must not be in an address.
        return Names.Contains(name) && value.Length > 0
            ? (name, value)
            : throw new KvInvalidArgumentException("After the question mark, an address of Consul can contain only dc=NAME, ns=NAME or partition=NAME. Specify a token with the credential.");
    }
}
