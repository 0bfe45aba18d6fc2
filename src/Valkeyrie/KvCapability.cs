namespace Valkeyrie;

internal static class KvCapability
{
    /// <summary>What a capability is called in messages: <c>IKvLeases</c> is "leases".</summary>
    public static string NameOf<TCapability>() => typeof(TCapability).Name.Replace("IKv", "", StringComparison.Ordinal).ToLowerInvariant();
}
