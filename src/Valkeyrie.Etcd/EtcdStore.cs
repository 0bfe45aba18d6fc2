using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.V2;
using Valkeyrie.Etcd.V3;

namespace Valkeyrie.Etcd;

/// <summary>Opens etcd stores, and registers their schemes with <see cref="KvStore.Open"/>: <c>etcd://</c> for etcd v3, <c>etcdv2://</c> for etcd v2, and
/// <c>etcds://</c> and <c>etcdv2s://</c> for the same over TLS.</summary>
public static class EtcdStore
{
    /// <summary>The scheme of etcd's API 3 without TLS.</summary>
    public const string Scheme = "etcd";

    /// <summary>The scheme of etcd's API 3 over TLS.</summary>
    public const string TlsScheme = "etcds";

    /// <summary>The scheme of etcd's API 2 without TLS.</summary>
    public const string V2Scheme = "etcdv2";

    /// <summary>The scheme of etcd's API 2 over TLS.</summary>
    public const string V2TlsScheme = "etcdv2s";

    /// <summary>Registers the schemes. Further calls have no effect.</summary>
    public static void Register()
    {
        KvStore.Register(Scheme, (address, options) => OpenV3(EtcdAddress.ParseEndpoints(address.Rest, tls: false), options));
        KvStore.Register(TlsScheme, (address, options) => OpenV3(EtcdAddress.ParseEndpoints(address.Rest, tls: true), options));
        KvStore.Register(V2Scheme, (address, options) => OpenKeysApi(EtcdAddress.ParseEndpoints(address.Rest, tls: false), options));
        KvStore.Register(V2TlsScheme, (address, options) => OpenKeysApi(EtcdAddress.ParseEndpoints(address.Rest, tls: true), options));
    }

    /// <summary>Opens an etcd v3 store directly, without <see cref="KvStore.Open"/>. The store connects at its first use.</summary>
    /// <param name="endpoints">The endpoints of one cluster as <c>http://host:port</c>, or all as <c>https://host:port</c> for TLS. A URL without a port means
    /// port 80 or 443, so specify etcd's port 2379.</param>
    /// <param name="options">Credential, certificates, namespace, timeout; null for the defaults.</param>
    /// <exception cref="KvInvalidArgumentException">No endpoint is specified, or an endpoint or an option is not valid.</exception>
    public static IKvStore Open(IEnumerable<Uri> endpoints, KvStoreOptions? options = null) => OpenV3(EtcdAddress.CheckEndpoints(endpoints), Checked(options));

    /// <summary>Opens an etcd v2 store directly, without <see cref="KvStore.Open"/>. The store connects at its first use.</summary>
    /// <inheritdoc cref="Open"/>
    public static IKvStore OpenV2(IEnumerable<Uri> endpoints, KvStoreOptions? options = null) =>
        OpenKeysApi(EtcdAddress.CheckEndpoints(endpoints), Checked(options));

    private static KvStoreOptions Checked(KvStoreOptions? options)
    {
        options ??= new KvStoreOptions();
        options.Check();
        return options;
    }

    private static RevisionedStore OpenV3(IReadOnlyList<Uri> endpoints, KvStoreOptions options)
    {
        var info = InfoOf(endpoints, Scheme, TlsScheme, options, EtcdV3Engine.Promises);
        return new RevisionedStore(new EtcdV3Engine(new EtcdChannel(endpoints, options, info.Address), info, options));
    }

    private static EtcdV2Store OpenKeysApi(IReadOnlyList<Uri> endpoints, KvStoreOptions options)
    {
        var paths = new KeyPaths(options.Namespace);
        return new EtcdV2Store(new KeysChannel(endpoints, options, InfoOf(endpoints, V2Scheme, V2TlsScheme, options, EtcdV2Store.Promises)), paths);
    }

    /// <exception cref="KvInvalidArgumentException">Certificates are specified for endpoints without TLS.</exception>
    private static KvStoreInfo InfoOf(IReadOnlyList<Uri> endpoints, string plainScheme, string tlsScheme, KvStoreOptions options, KvPromises promises)
    {
        var isSecure = endpoints[0].Scheme == Uri.UriSchemeHttps;
        if (!isSecure && options.Tls is not null)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{plainScheme}://', which does not use TLS. Use '{tlsScheme}://'.")
            { ParamName = nameof(KvStoreOptions.Tls) };
        }

        var scheme = isSecure ? tlsScheme : plainScheme;
        return new(
            scheme,

            // The port is always included: an address without one means etcd's port, a URL without one that of its scheme.
            $"{scheme}://{string.Join(',', endpoints.Select(e => $"{e.Host}:{e.Port}"))}",
            [.. endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))],
            options.Namespace,
            options.Credential?.UserName,
            promises);
    }
}
