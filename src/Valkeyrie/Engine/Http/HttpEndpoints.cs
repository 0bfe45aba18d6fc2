using System.Globalization;

namespace Valkeyrie.Engine.Http;

/// <summary>The endpoints of a store: calls are spread over those that work.</summary>
/// <param name="addresses">Their URLs; at least one.</param>
public sealed class HttpEndpoints(IReadOnlyList<Uri> addresses)
{
    // Among several, one that cannot be reached must leave time for another within the same call.
    private static readonly TimeSpan ConnectTimeoutAmongSeveral = TimeSpan.FromSeconds(2);

    private readonly HttpEndpoint[] _endpoints = [.. addresses.Select(a => new HttpEndpoint(a))];
    private uint _turn;

    /// <summary>All of them, in the order in which they were specified.</summary>
    public IReadOnlyList<HttpEndpoint> All => _endpoints;

    /// <summary>Reads the hosts of an address: <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>, separated by commas.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="scheme">The scheme of their URLs.</param>
    /// <param name="defaultPort">The port of those that have none.</param>
    /// <param name="example">An address for the error.</param>
    /// <exception cref="KvInvalidArgumentException">There is none, or one cannot be read.</exception>
    public static IReadOnlyList<Uri> Parse(string hosts, string scheme, int defaultPort, string example)
    {
        var urls = hosts.TrimEnd('/')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(host => ParseOne(host, scheme, defaultPort))
            .Distinct()
            .ToList();
        return urls.Count > 0 ? urls : throw new KvInvalidArgumentException($"The address names no endpoint. Specify one such as '{example}'.");
    }

    /// <summary>How long connecting to one endpoint may take.</summary>
    /// <param name="timeout">The store's timeout.</param>
    public TimeSpan ConnectTimeout(TimeSpan timeout) => _endpoints.Length > 1 && timeout > ConnectTimeoutAmongSeveral ? ConnectTimeoutAmongSeveral : timeout;

    /// <summary>The next one in turn that is not resting; where all rest, the one that has rested longest.</summary>
    public HttpEndpoint Next()
    {
        if (_endpoints.Length == 1)
        {
            return _endpoints[0];
        }

        var now = Environment.TickCount64;
        var turn = Interlocked.Increment(ref _turn);
        var best = _endpoints[turn % (uint)_endpoints.Length];
        for (uint i = 0; i < _endpoints.Length; i++)
        {
            var endpoint = _endpoints[(turn + i) % (uint)_endpoints.Length];
            if (endpoint.RestsUntil <= now)
            {
                return endpoint;
            }

            if (endpoint.RestsUntil < best.RestsUntil)
            {
                best = endpoint;
            }
        }

        return best;
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
