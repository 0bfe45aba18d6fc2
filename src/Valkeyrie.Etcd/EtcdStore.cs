using Valkeyrie.Etcd.Transport;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Etcd;

/// <summary>Makes etcd known to <see cref="KvStore.Open"/>: <c>etcd://</c> for APIv3 and <c>etcds://</c> for the same over TLS.</summary>
public static class EtcdStore
{
    /// <summary>The scheme of etcd APIv3 without TLS.</summary>
    public const string Scheme = "etcd";

    /// <summary>The scheme of etcd APIv3 over TLS.</summary>
    public const string TlsScheme = "etcds";

    /// <summary>Registers the schemes. Calling it again does nothing more.</summary>
    public static void Register()
    {
        KvStore.Register(Scheme, (address, options) => OpenV3(address, options, tls: false));
        KvStore.Register(TlsScheme, (address, options) => OpenV3(address, options, tls: true));
    }

    private static RevisionedStore OpenV3(KvAddress address, KvStoreOptions options, bool tls)
    {
        if (!tls && options.Tls is not null)
        {
            throw new KvInvalidArgumentException($"Certificates were given for '{Scheme}://', which does not use TLS. Use '{TlsScheme}://'.");
        }

        var endpoints = EtcdAddress.ParseEndpoints(address.Rest, tls);
        var info = new KvStoreInfo(
            address.Scheme,
            $"{address.Scheme}://{string.Join(',', endpoints.Select(e => e.Authority))}",
            [.. endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))],
            options.Namespace,
            options.Credential?.UserName);
        return new RevisionedStore(new EtcdV3Engine(new GrpcChannel(endpoints, options, info.Address), info, options));
    }
}
