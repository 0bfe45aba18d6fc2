namespace Valkeyrie.ZooKeeper.Net;

/// <summary>Returns the members of an ensemble in turn. Each client begins at another member, to distribute the load.</summary>
/// <param name="endpoints">The members; at least one.</param>
internal sealed class EndpointRing(IReadOnlyList<Endpoint> endpoints)
{
    private int _turn = Random.Shared.Next(endpoints.Count);

    public int Count => endpoints.Count;

    public Endpoint Next() => endpoints[(int)((uint)Interlocked.Increment(ref _turn) % (uint)endpoints.Count)];
}
