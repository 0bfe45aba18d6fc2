using Valkeyrie.Consul;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Reads the endpoints of Consul for Connect-KvStore: <c>consul://host:8500</c>, <c>consuls://</c> for TLS.</summary>
internal static class ConsulEndpoints
{
    /// <summary>True if an endpoint has a scheme of Consul.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static bool IsOne(string? endpoint) => endpoint is not null && (Has(endpoint, ConsulStore.Scheme) || Has(endpoint, ConsulStore.TlsScheme));

    /// <summary>True if the endpoints name no host, so the environment variables of Consul's own tools apply.</summary>
    /// <param name="endpoints">The endpoints.</param>
    public static bool IsBare(IReadOnlyList<string>? endpoints) => endpoints is [var only] && IsOne(only) && RestOf(only).Length == 0;

    /// <summary>Combines several endpoints to one address. Only the first needs the scheme, and only the last can have a question mark.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="tlsGiven">True if certificates are specified.</param>
    /// <exception cref="KvInvalidArgumentException">The endpoints cannot be combined.</exception>
    public static EndpointArguments Parse(IReadOnlyList<string> endpoints, bool tlsGiven)
    {
        var scheme = SchemeOf(endpoints[0])!;
        if (endpoints.FirstOrDefault(e => SchemeOf(e) is { } other && other != scheme) is { } stranger)
        {
            throw new KvInvalidArgumentException($"'{Shown(stranger)}' has another scheme than '{Shown(endpoints[0])}'. The endpoints of one store must use the same scheme.");
        }

        if (tlsGiven && scheme == ConsulStore.Scheme)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{Shown(endpoints[0])}', which does not use TLS. Use {ConsulStore.TlsScheme}://.");
        }

        var hosts = endpoints.Select(RestOf).ToList();
        return new EndpointArguments($"{scheme}://{string.Join(',', hosts)}", [], null, hosts[0].Split('?')[0] is { Length: > 0 } host ? host : scheme);
    }

    private static bool Has(string endpoint, string scheme) =>
        endpoint.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
        && endpoint.AsSpan(scheme.Length) is [':', '/', '/', ..] or [':'];

    private static string? SchemeOf(string endpoint) => Has(endpoint, ConsulStore.Scheme) ? ConsulStore.Scheme : Has(endpoint, ConsulStore.TlsScheme) ? ConsulStore.TlsScheme : null;

    private static string RestOf(string endpoint) => (SchemeOf(endpoint) is { } scheme ? endpoint[(scheme.Length + 1)..].TrimStart('/') : endpoint).TrimEnd('/');

    // The part after it can be a token, which is not allowed there.
    private static string Shown(string endpoint) => endpoint.Split('?')[0];
}
