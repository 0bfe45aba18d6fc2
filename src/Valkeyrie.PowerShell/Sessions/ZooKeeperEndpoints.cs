using Valkeyrie.ZooKeeper;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Reads the members of a ZooKeeper ensemble for Connect-KvStore: <c>zookeeper://host:2181,host2:2181/chroot</c>,
/// <c>zookeepers://</c> for TLS.</summary>
internal static class ZooKeeperEndpoints
{
    /// <summary>True if an endpoint has a scheme of ZooKeeper.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static bool IsOne(string? endpoint) => SchemeOf(endpoint) is not null;

    /// <summary>Combines several endpoints to one address. Only the first needs the scheme, and only the last can have a path.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="tlsGiven">True if certificates are specified.</param>
    /// <exception cref="KvInvalidArgumentException">The endpoints cannot be combined.</exception>
    public static EndpointArguments Parse(IReadOnlyList<string> endpoints, bool tlsGiven)
    {
        var scheme = SchemeOf(endpoints[0])!;
        if (endpoints.FirstOrDefault(e => e.Contains("://", StringComparison.Ordinal) && SchemeOf(e) != scheme) is { } stranger)
        {
            throw new KvInvalidArgumentException($"'{stranger}' has another scheme than '{endpoints[0]}'. The endpoints of one store must use the same scheme.");
        }

        if (tlsGiven && scheme == ZooKeeperStore.Scheme)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{endpoints[0]}', which does not use TLS. Use {ZooKeeperStore.TlsScheme}://.");
        }

        var hosts = endpoints.Select(RestOf).ToList();
        return new EndpointArguments($"{scheme}://{string.Join(',', hosts)}", [], null, hosts[0].Split('/', '?')[0] is { Length: > 0 } host ? host : scheme);
    }

    private static string? SchemeOf(string? endpoint) =>
        endpoint is null ? null
        : Has(endpoint, ZooKeeperStore.Scheme) ? ZooKeeperStore.Scheme
        : Has(endpoint, ZooKeeperStore.TlsScheme) ? ZooKeeperStore.TlsScheme
        : null;

    private static bool Has(string endpoint, string scheme) =>
        endpoint.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && endpoint.AsSpan(scheme.Length).StartsWith("://");

    private static string RestOf(string endpoint) => SchemeOf(endpoint) is { } scheme ? endpoint[(scheme.Length + 3)..] : endpoint;
}
