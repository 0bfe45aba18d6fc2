using Valkeyrie.Etcd;
using Valkeyrie.Etcd.Administration;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Opens stores of etcd. A separate class, so etcd's assembly is loaded with the first such store.</summary>
internal static class EtcdStores
{
    /// <summary>Registers etcd's schemes and the administration of clusters. The assembly for administration and its stubs are loaded by the first command that
    /// needs them.</summary>
    public static void Register()
    {
        EtcdStore.Register();
        EtcdCapabilities.RegisterWhenAsked(
            static () => EtcdAdministration.Register(), typeof(IKvMembers), typeof(IKvMaintenance), typeof(IKvAccess), typeof(IKvSnapshots));
    }

    /// <summary>Opens the store at endpoints, with the same capabilities as a store that is opened by its address.</summary>
    /// <param name="endpoints">The URLs of the endpoints.</param>
    /// <param name="options">The options.</param>
    /// <param name="apiVersion">The version of etcd's API: 2 or 3.</param>
    public static IKvStore Open(IReadOnlyList<Uri> endpoints, KvStoreOptions options, int apiVersion)
    {
        Register();
        return apiVersion == 2 ? EtcdStore.OpenV2(endpoints, options) : EtcdStore.Open(endpoints, options);
    }
}
