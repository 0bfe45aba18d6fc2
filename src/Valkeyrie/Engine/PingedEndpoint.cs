namespace Valkeyrie.Engine;

/// <summary>A store that can only be asked as a whole, shown as one endpoint.</summary>
/// <param name="store">The store.</param>
public sealed class PingedEndpoint(IKvStore store) : IKvEndpoints
{
    /// <summary>The store's own way to ask its endpoints; where it has none, this one.</summary>
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
