using System.Globalization;

namespace Valkeyrie.Engine.Http;

/// <summary>Parses the hosts in the address of a store that uses HTTP.</summary>
public static class HttpAddress
{
    /// <summary>Parses the hosts of an address: <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>, separated by commas.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="scheme">The scheme of the resulting URLs.</param>
    /// <param name="defaultPort">The port of hosts without one.</param>
    /// <param name="example">An example of an address, for the error.</param>
    /// <exception cref="KvInvalidArgumentException">The address has no host, or an invalid one.</exception>
    public static IReadOnlyList<Uri> Parse(string hosts, string scheme, int defaultPort, string example)
    {
        var urls = hosts.TrimEnd('/')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(host => ParseOne(host, scheme, defaultPort))
            .Distinct()
            .ToList();
        return urls.Count > 0 ? urls : throw new KvInvalidArgumentException($"The address names no endpoint. Specify one such as '{example}'.");
    }

    private static Uri ParseOne(string host, string scheme, int defaultPort)
    {
        var hasPort = host.LastIndexOf(':') > host.LastIndexOf(']');
        var text = hasPort ? host : host + ":" + defaultPort.ToString(CultureInfo.InvariantCulture);
        return Uri.TryCreate($"{scheme}://{text}/", UriKind.Absolute, out var url) && url is { AbsolutePath: "/", Query: "", Fragment: "", Port: > 0 }
            ? url
            : throw new KvInvalidArgumentException($"'{host}' is not an endpoint. Specify host, host:port or [ipv6]:port.");
    }
}
