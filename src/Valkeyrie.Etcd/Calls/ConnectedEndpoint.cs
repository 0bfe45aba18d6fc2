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

    private volatile ServerTraits? _traits;

    /// <summary>The traits of the server on the connection that the next call will use; null if none are known.</summary>
    public ServerTraits? Traits => _traits is { } traits && traits.Connection.IsUsable ? traits : null;

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

    /// <summary>Records a reply on a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="history">The history of the reply.</param>
    public void Answered(Http2Connection connection, long history)
    {
        var traits = _traits;
        if (traits is null || traits.Connection != connection || traits.History != history)
        {
            _traits = traits?.Connection == connection ? traits.In(history) : new ServerTraits(connection, history);
        }
    }

    public void Dispose() => _connector.Dispose();
}
