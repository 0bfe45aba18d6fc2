using System.Globalization;

namespace Valkeyrie.Etcd;

/// <summary>Reads the endpoints of an etcd address: <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>, separated by commas.</summary>
internal static class EtcdAddress
{
    private const int DefaultPort = 2379;

    /// <summary>The endpoints as base URLs.</summary>
    /// <exception cref="KvInvalidArgumentException">There is none, or one cannot be read.</exception>
    public static IReadOnlyList<Uri> ParseEndpoints(string endpoints, bool tls)
    {
        var urls = endpoints.TrimEnd('/')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(e => ParseEndpoint(e, tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp))
            .Distinct()
            .ToList();
        return urls.Count > 0 ? urls : throw new KvInvalidArgumentException("The address names no endpoint. Give one such as 'etcd://localhost:2379'.");
    }

    private static Uri ParseEndpoint(string endpoint, string scheme)
    {
        var hasPort = endpoint.LastIndexOf(':') > endpoint.LastIndexOf(']');
        var text = hasPort ? endpoint : endpoint + ":" + DefaultPort.ToString(CultureInfo.InvariantCulture);
        return Uri.TryCreate($"{scheme}://{text}/", UriKind.Absolute, out var url) && url is { AbsolutePath: "/", Query: "", Fragment: "", Port: > 0 }
            ? url
            : throw new KvInvalidArgumentException($"'{endpoint}' is not an endpoint. Give host, host:port or [ipv6]:port.");
    }
}
