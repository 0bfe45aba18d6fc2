using Valkeyrie.Consul.Calls;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul;

/// <summary>Registers the schemes of Consul with <see cref="KvStore.Open"/>: <c>consul://</c>, and <c>consuls://</c> for TLS.</summary>
/// <remarks>An address is <c>consul://host:8500,host2:8500?dc=east&amp;ns=team&amp;partition=part</c>; the query is optional. The password of
/// <see cref="KvStoreOptions.Credential"/> is the token.</remarks>
public static class ConsulStore
{
    /// <summary>The scheme without TLS.</summary>
    public const string Scheme = "consul";

    /// <summary>The scheme for TLS.</summary>
    public const string TlsScheme = "consuls";

    /// <summary>Registers the schemes. Further calls have no effect.</summary>
    public static void Register()
    {
        KvStore.Register(Scheme, Open);
        KvStore.Register(TlsScheme, Open);
    }

    private static ConsulKeyStore Open(KvAddress address, KvStoreOptions options)
    {
        var tls = address.Scheme == TlsScheme;
        if (!tls && options.Tls is not null)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{Scheme}://', which does not use TLS. Use '{TlsScheme}://'.");
        }

        var place = ConsulAddress.Parse(address.Scheme, address.Rest, tls);
        var user = options.Credential?.UserName;
        var info = new KvStoreInfo(
            address.Scheme,
            $"{address.Scheme}://{string.Join(',', place.Endpoints.Select(e => e.Authority))}{place.ShownQuery}",
            [.. place.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))],
            options.Namespace,
            string.IsNullOrEmpty(user) ? null : user,
            ConsulKeyStore.Promises);
        var protocol = new ConsulProtocol(info, options.Credential?.GetPassword());
        return new ConsulKeyStore(new ConsulApi(new HttpChannel(protocol, place.Endpoints, options, info.Address), place.Query, !string.IsNullOrEmpty(options.Credential?.GetPassword())), info);
    }
}
