using Valkeyrie.Etcd;
using Valkeyrie.Etcd.Administration;
using Valkeyrie.Etcd.Engine;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>How the module opens stores of etcd. By itself, so that etcd's assembly is loaded with the first of its stores.</summary>
internal static class EtcdStores
{
    /// <summary>Makes etcd's addresses known, and what administers a cluster. That and its stubs are loaded by the first command that administers.</summary>
    public static void Register()
    {
        EtcdStore.Register();
        EtcdCapabilities.RegisterWhenAsked(
            static () => EtcdAdministration.Register(), typeof(IKvMembers), typeof(IKvMaintenance), typeof(IKvAccess), typeof(IKvSnapshots));
    }

    /// <summary>Opens the store at endpoints. What is opened by them is no less a cluster than what is opened by its address.</summary>
    /// <param name="endpoints">The endpoints' URLs.</param>
    /// <param name="options">The options.</param>
    /// <param name="apiVersion">The version of etcd's API: 2 or 3.</param>
    public static IKvStore Open(IReadOnlyList<Uri> endpoints, KvStoreOptions options, int apiVersion)
    {
        Register();
        return apiVersion == 2 ? EtcdStore.OpenV2(endpoints, options) : EtcdStore.Open(endpoints, options);
    }
}
