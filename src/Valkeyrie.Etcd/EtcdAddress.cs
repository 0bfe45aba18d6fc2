using System.Globalization;

namespace Valkeyrie.Etcd;

/// <summary>Parses the endpoints of an etcd address: <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>, separated by commas, or URLs.</summary>
internal static class EtcdAddress
{
    private const int DefaultPort = 2379;

    /// <summary>Parses the endpoints to base URLs.</summary>
    /// <exception cref="KvInvalidArgumentException">The address has no endpoint, or an invalid one.</exception>
    public static IReadOnlyList<Uri> ParseEndpoints(string endpoints, bool tls)
    {
        var urls = endpoints.TrimEnd('/')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(e => ParseEndpoint(e, tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp))
            .Distinct()
            .ToList();
        return urls.Count > 0 ? urls : throw new KvInvalidArgumentException("The address names no endpoint. Specify one such as 'etcd://localhost:2379'.");
    }

    /// <summary>Checks the endpoints and removes duplicates.</summary>
    /// <exception cref="KvInvalidArgumentException">No endpoint is specified, one is not the URL of an endpoint, or only some use TLS.</exception>
    public static IReadOnlyList<Uri> CheckEndpoints(IEnumerable<Uri> endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var urls = endpoints.Distinct().ToList();
        if (urls.Count == 0)
        {
            throw Invalid("No endpoint was specified. Specify one such as 'http://localhost:2379'.");
        }

        foreach (var url in urls)
        {
            if (!IsEndpoint(url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            {
                // A user or password in the URL is not shown.
                throw Invalid($"'{url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)}' is not an endpoint. Specify http://host:port or https://host:port without a path.");
            }

            if (url.Scheme != urls[0].Scheme)
            {
                throw Invalid("Some endpoints use TLS and some do not. The endpoints of one store must all use TLS or none.");
            }
        }

        return urls;

        static KvInvalidArgumentException Invalid(string message) => new(message) { ParamName = nameof(endpoints) };
    }

    private static bool IsEndpoint(Uri url) => url is { IsAbsoluteUri: true, AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "", Port: > 0 };

    private static Uri ParseEndpoint(string endpoint, string scheme)
    {
        var hasPort = endpoint.LastIndexOf(':') > endpoint.LastIndexOf(']');
        var text = hasPort ? endpoint : endpoint + ":" + DefaultPort.ToString(CultureInfo.InvariantCulture);
        return Uri.TryCreate($"{scheme}://{text}/", UriKind.Absolute, out var url) && IsEndpoint(url)
            ? url
            : throw new KvInvalidArgumentException($"'{endpoint}' is not an endpoint. Specify host, host:port or [ipv6]:port.");
    }
}
