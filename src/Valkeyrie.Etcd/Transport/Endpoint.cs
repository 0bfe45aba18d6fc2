namespace Valkeyrie.Etcd.Transport;

/// <summary>One address of the cluster, with its URLs ready and what is known of its health.</summary>
internal sealed class Endpoint(Uri address)
{
    // An endpoint that failed is passed over for this long, then tried again by the next call.
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Uri[] _urls = [.. GrpcMethod.All.Select(m => new Uri(address, m.Path))];
    private long _restsUntil;

    public Uri Address { get; } = address;

    public string Name { get; } = address.GetLeftPart(UriPartial.Authority);

    /// <summary>When it may be tried again, in <see cref="Environment.TickCount64"/>; in the past for a healthy one.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    public Uri UrlOf(GrpcMethod method) => _urls[method.Number];

    public void Failed() => Volatile.Write(ref _restsUntil, Environment.TickCount64 + (long)RestAfterFailure.TotalMilliseconds);

    public void Succeeded()
    {
        if (_restsUntil != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }
}

/// <summary>The endpoints of a cluster: calls are spread over those that work.</summary>
internal sealed class EndpointSet(IEnumerable<Uri> addresses)
{
    private readonly Endpoint[] _endpoints = [.. addresses.Select(a => new Endpoint(a))];
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
}
