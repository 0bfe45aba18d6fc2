using Valkeyrie.ZooKeeper.Net;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>What all sessions of a store have in common.</summary>
/// <param name="Address">The store, as errors name it.</param>
/// <param name="Endpoints">The members.</param>
/// <param name="Tls">The checks of TLS; null for none.</param>
/// <param name="Credential">The user to sign in as; null for none.</param>
/// <param name="Timeout">How long a call may take.</param>
internal sealed record SessionSettings(string Address, IReadOnlyList<Endpoint> Endpoints, KvTlsOptions? Tls, KvCredential? Credential, TimeSpan Timeout)
{
    // Among several, one that cannot be reached must leave time for another within the same call.
    private static readonly TimeSpan LongestConnectAmongSeveral = TimeSpan.FromSeconds(2);

    /// <summary>The order in which all sessions go through the members.</summary>
    public EndpointRing Ring { get; } = new(Endpoints);

    /// <summary>The errors for callers of failed calls.</summary>
    public CallErrors Errors { get; } = new(Address, Timeout);

    /// <summary>How long connecting to one member may take.</summary>
    public TimeSpan ConnectTimeout => Endpoints.Count > 1 && Timeout > LongestConnectAmongSeveral ? LongestConnectAmongSeveral : Timeout;
}
