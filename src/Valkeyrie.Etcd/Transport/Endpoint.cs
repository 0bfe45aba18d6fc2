using Valkeyrie.Etcd.Transport.Http2;

namespace Valkeyrie.Etcd.Transport;

/// <summary>One address of the cluster, with its connection and what is known of its health.</summary>
internal sealed class Endpoint(Uri address, KvTlsOptions tls, TimeSpan connectTimeout, TimeSpan keepAlive) : IDisposable
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Http2Connector _connector = new(address, () => HttpConnections.Tls(tls), connectTimeout, keepAlive);
    private long _restsUntil;

    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    public ValueTask<Http2Connection> ConnectAsync(CancellationToken cancellationToken) => _connector.GetAsync(cancellationToken);

    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    public void Succeeded()
    {
        if (_restsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }

    public void Dispose() => _connector.Dispose();
}

/// <summary>The endpoints of a cluster: calls are spread over those that work.</summary>
internal sealed class EndpointSet(IReadOnlyList<Uri> addresses, KvStoreOptions options) : IDisposable
{
    // Among several, one that cannot be reached must leave time for another within the same call.
    private static readonly TimeSpan ConnectTimeoutAmongSeveral = TimeSpan.FromSeconds(2);

    private readonly Endpoint[] _endpoints =
        [.. addresses.Select(a => new Endpoint(a, options.Tls ?? new KvTlsOptions(), ConnectTimeout(options.Timeout, addresses.Count), options.KeepAlive))];
    private uint _turn;

    public int Count => _endpoints.Length;

    /// <summary>The next one in turn that is not resting; where all rest, the one that has rested longest.</summary>
    public Endpoint Next()
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

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Dispose();
        }
    }

    /// <summary>How long connecting to one endpoint may take.</summary>
    public static TimeSpan ConnectTimeout(TimeSpan timeout, int endpoints) =>
        endpoints > 1 && timeout > ConnectTimeoutAmongSeveral ? ConnectTimeoutAmongSeveral : timeout;
}
