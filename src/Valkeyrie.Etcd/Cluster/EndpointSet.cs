namespace Valkeyrie.Etcd.Cluster;

/// <summary>The endpoints of a cluster: calls are spread over those that work.</summary>
internal sealed class EndpointSet(IReadOnlyList<Uri> addresses, KvStoreOptions options) : IDisposable
{
    // Among several, one that cannot be reached must leave time for another within the same call.
    private static readonly TimeSpan ConnectTimeoutAmongSeveral = TimeSpan.FromSeconds(2);

    private readonly Endpoint[] _endpoints =
        [.. addresses.Select(a => new Endpoint(a, options.Tls ?? new KvTlsOptions(), ConnectTimeout(options.Timeout, addresses.Count), options.KeepAlive))];
    private uint _turn;

    public int Count => _endpoints.Length;

    /// <summary>All of them, in the order in which they were given.</summary>
    public IReadOnlyList<Endpoint> All => _endpoints;

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

    /// <summary>All but one.</summary>
    public IEnumerable<Endpoint> Others(Endpoint endpoint) => _endpoints.Where(e => e != endpoint);

    /// <summary>Forgets how far each has come.</summary>
    public void Forget()
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Mark = default;
        }
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
