namespace Valkeyrie.Engine;

/// <summary>Presents a store that can only be pinged as a whole as one endpoint.</summary>
/// <param name="store">The store.</param>
public sealed class PingedEndpoint(IKvStore store) : IKvEndpoints
{
    /// <summary>Returns the store's own capability, or this one if the store has none.</summary>
    /// <param name="store">The store.</param>
    public static IKvEndpoints Of(IKvStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryGetCapability<IKvEndpoints>(out var own) ? own : new PingedEndpoint(store);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        EndpointChecks.ByPing(store.PingAsync, store.Info, OptionRules.CheckEndpointTimeout(timeout) ?? KvStoreOptions.DefaultTimeout, cancellationToken);
}
