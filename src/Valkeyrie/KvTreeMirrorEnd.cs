namespace Valkeyrie;

/// <summary>One of the two trees of a mirror.</summary>
/// <param name="Address">The store's address (<see cref="KvStoreInfo.Address"/>).</param>
/// <param name="Namespace">The store's namespace; empty for none.</param>
/// <param name="Tree">The range in words, such as <c>directory 'app'</c>.</param>
/// <param name="Cluster">The number of the store's cluster; null if not known, or for a store without a cluster.</param>
public sealed record KvTreeMirrorEnd(string Address, string Namespace, string Tree, string? Cluster)
{
    /// <summary>The tree and the store, in words.</summary>
    public override string ToString() => $"{Tree} of {Address}{(Namespace.Length == 0 ? "" : $" in the namespace '{Namespace}'")}";

    /// <summary>Creates the end for a range of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    internal static async ValueTask<KvTreeMirrorEnd> OfAsync(IKvStore store, KvRange range, CancellationToken cancellationToken)
    {
        var info = store.Info;
        return new(info.Address, info.Namespace, range.ToString(), await ClusterOfAsync(store, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Checks whether both ends are the same tree. A cluster can have other endpoints than before; an address can lead to another cluster.</summary>
    /// <param name="other">The other end.</param>
    internal bool IsSameTreeAs(KvTreeMirrorEnd other) =>
        Tree == other.Tree && Namespace == other.Namespace && (Address == other.Address || (Cluster is not null && Cluster == other.Cluster));

    private static async ValueTask<string?> ClusterOfAsync(IKvStore store, CancellationToken cancellationToken)
    {
        if (store.TryGetCapability<IKvEndpoints>(out var endpoints))
        {
            await foreach (var endpoint in endpoints.CheckEndpointsAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (endpoint.ClusterId is { } cluster)
                {
                    return cluster;
                }
            }
        }

        return null;
    }
}
