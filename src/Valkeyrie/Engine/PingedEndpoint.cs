namespace Valkeyrie.Engine;

/// <summary>A store that can only be asked as a whole, shown as one endpoint.</summary>
internal sealed class PingedEndpoint(IKvStore store) : IKvEndpoints
{
    public IAsyncEnumerable<KvEndpointStatus> CheckEndpointsAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        EndpointChecks.ByPing(store.PingAsync, store.Info, EndpointChecks.CheckTimeout(timeout) ?? KvStoreOptions.DefaultTimeout, cancellationToken);
}
