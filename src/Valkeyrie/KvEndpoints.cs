namespace Valkeyrie;

/// <summary>Asks the endpoints of any store.</summary>
public static class KvEndpoints
{
    /// <summary>The store's own way to ask its endpoints; where it has none, one that pings the store.</summary>
    /// <param name="store">The store.</param>
    public static IKvEndpoints Of(IKvStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store as IKvEndpoints ?? new PingedEndpoint(store);
    }
}
