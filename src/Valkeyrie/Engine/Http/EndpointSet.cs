namespace Valkeyrie.Engine.Http;

/// <summary>The endpoints of a store. Distributes calls over the healthy ones.</summary>
/// <param name="endpoints">All endpoints, in the specified order; at least one.</param>
/// <typeparam name="TEndpoint">The type of an endpoint.</typeparam>
public sealed class EndpointSet<TEndpoint>(TEndpoint[] endpoints) where TEndpoint : HttpEndpoint
{
    private uint _turn;

    /// <summary>The number of endpoints.</summary>
    public int Count => endpoints.Length;

    /// <summary>All endpoints, in the specified order.</summary>
    public IReadOnlyList<TEndpoint> All => endpoints;

    /// <summary>Returns the next endpoint in turn that is not resting; if all rest, the one that has rested longest.</summary>
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

    /// <summary>Returns the next endpoint in turn that is suitable and not resting; null if there is none.</summary>
    /// <param name="suits">Returns true for a suitable endpoint.</param>
    /// <param name="state">Passed on to <paramref name="suits"/>.</param>
    public TEndpoint? Next<TState>(Func<TEndpoint, TState, bool> suits, TState state)
    {
        ArgumentNullException.ThrowIfNull(suits);
        var now = Environment.TickCount64;
        var turn = endpoints.Length == 1 ? 0 : Interlocked.Increment(ref _turn);
        for (uint i = 0; i < endpoints.Length; i++)
        {
            var endpoint = endpoints[(turn + i) % (uint)endpoints.Length];
            if (endpoint.RestsUntil <= now && suits(endpoint, state))
            {
                return endpoint;
            }
        }

        return null;
    }
}
