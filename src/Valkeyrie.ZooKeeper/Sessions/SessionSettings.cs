using Valkeyrie.ZooKeeper.Net;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>The common settings of all sessions of a store.</summary>
/// <param name="Address">The store, for error messages.</param>
/// <param name="Endpoints">The members.</param>
/// <param name="Tls">The checks of TLS; null for none.</param>
/// <param name="Credential">The user to sign in as; null for none.</param>
/// <param name="Timeout">The timeout of calls.</param>
internal sealed record SessionSettings(string Address, IReadOnlyList<Endpoint> Endpoints, KvTlsOptions? Tls, KvCredential? Credential, TimeSpan Timeout)
{
    // Among several, an unreachable member must leave time for another one within the same call.
    private static readonly TimeSpan LongestConnectAmongSeveral = TimeSpan.FromSeconds(2);

    /// <summary>The order in which all sessions try the members.</summary>
    public EndpointRing Ring { get; } = new(Endpoints);

    /// <summary>The errors of failed calls.</summary>
    public CallErrors Errors { get; } = new(Address, Timeout);

    /// <summary>The longest duration of connecting to one member.</summary>
    public TimeSpan ConnectTimeout => Endpoints.Count > 1 && Timeout > LongestConnectAmongSeveral ? LongestConnectAmongSeveral : Timeout;
}
