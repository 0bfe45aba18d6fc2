namespace Valkeyrie.Engine.Http;

/// <summary>The endpoints of a store: calls are spread over those that work.</summary>
/// <param name="endpoints">All of them, in the order in which they were specified; at least one.</param>
/// <typeparam name="TEndpoint">What is kept of an endpoint.</typeparam>
public sealed class EndpointSet<TEndpoint>(TEndpoint[] endpoints) where TEndpoint : HttpEndpoint
{
    private uint _turn;

    /// <summary>How many there are.</summary>
    public int Count => endpoints.Length;

    /// <summary>All of them, in the order in which they were specified.</summary>
    public IReadOnlyList<TEndpoint> All => endpoints;

    /// <summary>The next one in turn that is not resting; where all rest, the one that has rested longest.</summary>
    public TEndpoint Next()
    {
        if (endpoints.Length == 1)
        {
            return endpoints[0];
        }

        var now = Environment.TickCount64;
        var turn = Interlocked.Increment(ref _turn);
        var best = endpoints[turn % (uint)endpoints.Length];
        for (uint i = 0; i < endpoints.Length; i++)
        {
            var endpoint = endpoints[(turn + i) % (uint)endpoints.Length];
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
