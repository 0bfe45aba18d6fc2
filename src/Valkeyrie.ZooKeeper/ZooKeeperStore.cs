using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper;

/// <summary>Registers the schemes of ZooKeeper with <see cref="KvStore.Open"/>: <c>zookeeper://</c>, and <c>zookeepers://</c> for TLS.</summary>
/// <remarks>An address is <c>zookeeper://host:2181,host2:2181/chroot?access=creator</c>. The chroot, a node that contains all keys, and the query are optional.
/// With <c>access=creator</c>, only the user of <see cref="KvStoreOptions.Credential"/> can read and write the nodes that this store creates; the default is
/// <c>access=open</c>, everyone.</remarks>
public static class ZooKeeperStore
{
    /// <summary>The scheme without TLS.</summary>
    public const string Scheme = "zookeeper";

    /// <summary>The scheme for TLS.</summary>
    public const string TlsScheme = "zookeepers";

    /// <summary>Registers the schemes. Further calls have no effect.</summary>
    public static void Register()
    {
        KvStore.Register(Scheme, Open);
        KvStore.Register(TlsScheme, Open);
    }

    private static ZooKeeperKeyStore Open(KvAddress address, KvStoreOptions options)
    {
        var tls = address.Scheme == TlsScheme;
        if (!tls && options.Tls is not null)
        {
            throw new KvInvalidArgumentException($"Certificates were specified for '{Scheme}://', which does not use TLS. Use '{TlsScheme}://'.");
        }

        var place = ZooKeeperAddress.Parse(address.Rest);
        if (place.IsCreatorOnly && options.Credential is null)
        {
            throw new KvInvalidArgumentException("An address with access=creator requires a credential, which names the creator. Specify a credential.");
        }

        var paths = new NodePaths(place.Chroot, options.Namespace);
        var info = new KvStoreInfo(
            address.Scheme,
            $"{address.Scheme}://{string.Join(',', place.Endpoints)}{place.Chroot}",
            [.. place.Endpoints.Select(e => $"{address.Scheme}://{e}")],
            options.Namespace,
            options.Credential?.UserName,
            ZooKeeperKeyStore.Promises);
        var settings = new SessionSettings(info.Address, place.Endpoints, tls ? options.Tls ?? new KvTlsOptions() : null, options.Credential, options.Timeout);
        return new ZooKeeperKeyStore(new SessionPool(settings), paths, place.IsCreatorOnly ? AccessEntry.CreatorOnly : AccessEntry.Open, info);
    }
}
