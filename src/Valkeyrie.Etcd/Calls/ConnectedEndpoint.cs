using System.Net.Security;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>An endpoint with its HTTP/2 connection.</summary>
internal sealed class ConnectedEndpoint(Uri address, KvTlsOptions tls, TimeSpan connectTimeout, TimeSpan keepAlive) : HttpEndpoint(address), IDisposable
{
    private readonly Http2Connector _connector = new(
        address,
        stop => Dial.OpenAsync(address, address.Scheme == Uri.UriSchemeHttps ? tls : null, SslApplicationProtocol.Http2, prepare: null, stop),
        connectTimeout,
        keepAlive);

    /// <summary>True while the endpoint has a connection.</summary>
    public bool IsConnected => _connector.IsConnected;

    /// <summary>Creates the endpoints of a cluster.</summary>
    public static EndpointSet<ConnectedEndpoint> SetOf(IReadOnlyList<Uri> addresses, KvStoreOptions options)
    {
        var timeout = ConnectTimeouts.Of(options.Timeout, addresses.Count);
        var tls = options.Tls ?? new KvTlsOptions();
        return new EndpointSet<ConnectedEndpoint>([.. addresses.Select(a => new ConnectedEndpoint(a, tls, timeout, options.KeepAlive))]);
    }

    public ValueTask<Http2Connection> ConnectAsync(CancellationToken cancellationToken) => _connector.GetAsync(cancellationToken);

    public void Dispose() => _connector.Dispose();
}
