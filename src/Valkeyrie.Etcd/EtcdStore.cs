using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.V2;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Etcd;

/// <summary>Makes etcd known to <see cref="KvStore.Open"/>: <c>etcd://</c> for APIv3, <c>etcdv2://</c> for APIv2, and <c>etcds://</c> and
/// <c>etcdv2s://</c> for the same over TLS.</summary>
public static class EtcdStore
{
    /// <summary>The scheme of etcd APIv3 without TLS.</summary>
    public const string Scheme = "etcd";

    /// <summary>The scheme of etcd APIv3 over TLS.</summary>
    public const string TlsScheme = "etcds";

    /// <summary>The scheme of etcd APIv2 without TLS.</summary>
    public const string V2Scheme = "etcdv2";

    /// <summary>The scheme of etcd APIv2 over TLS.</summary>
    public const string V2TlsScheme = "etcdv2s";

    /// <summary>Registers the schemes. Calling it again does nothing more.</summary>
    public static void Register()
    {
        KvStore.Register(Scheme, (address, options) => OpenV3(address, options, RefuseTls(options, Scheme, TlsScheme)));
        KvStore.Register(TlsScheme, (address, options) => OpenV3(address, options, tls: true));
        KvStore.Register(V2Scheme, (address, options) => OpenV2(address, options, RefuseTls(options, V2Scheme, V2TlsScheme)));
        KvStore.Register(V2TlsScheme, (address, options) => OpenV2(address, options, tls: true));
    }

    private static RevisionedStore OpenV3(KvAddress address, KvStoreOptions options, bool tls)
    {
        var endpoints = EtcdAddress.ParseEndpoints(address.Rest, tls);
        var info = InfoOf(address, endpoints, options, EtcdV3Engine.Promises);
        return new RevisionedStore(new EtcdV3Engine(new EtcdChannel(endpoints, options, info.Address), info, options));
    }

    private static EtcdV2Store OpenV2(KvAddress address, KvStoreOptions options, bool tls)
    {
        var paths = new KeyPaths(options.Namespace);
        var endpoints = EtcdAddress.ParseEndpoints(address.Rest, tls);
        return new EtcdV2Store(new KeysChannel(endpoints, options, InfoOf(address, endpoints, options, EtcdV2Store.Promises)), paths);
    }

    private static KvStoreInfo InfoOf(KvAddress address, IReadOnlyList<Uri> endpoints, KvStoreOptions options, KvPromises promises) => new(
        address.Scheme,
        $"{address.Scheme}://{string.Join(',', endpoints.Select(e => e.Authority))}",
        [.. endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))],
        options.Namespace,
        options.Credential?.UserName,
        promises);

    /// <summary>Refuses certificates for a scheme that does not use them.</summary>
    private static bool RefuseTls(KvStoreOptions options, string scheme, string tlsScheme) =>
        options.Tls is null ? false
        : throw new KvInvalidArgumentException($"Certificates were given for '{scheme}://', which does not use TLS. Use '{tlsScheme}://'.");
}
