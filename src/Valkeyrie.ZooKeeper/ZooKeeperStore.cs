using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper;

/// <summary>Makes ZooKeeper known to <see cref="KvStore.Open"/>: <c>zookeeper://</c>, and <c>zookeepers://</c> for TLS.</summary>
/// <remarks>An address is <c>zookeeper://host:2181,host2:2181/chroot?access=creator</c>. The chroot, a node below which all keys lie, and what follows the question mark
/// may be left out. <c>access=creator</c>: only the user of <see cref="KvStoreOptions.Credential"/> may read and write what this store makes; the default is
/// <c>access=open</c>, everybody.</remarks>
public static class ZooKeeperStore
{
    /// <summary>The scheme without TLS.</summary>
    public const string Scheme = "zookeeper";

    /// <summary>The scheme for TLS.</summary>
    public const string TlsScheme = "zookeepers";

    /// <summary>Registers the schemes. Calling it again does nothing more.</summary>
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
