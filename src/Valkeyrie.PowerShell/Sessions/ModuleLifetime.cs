using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Valkeyrie.Consul;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.ZooKeeper;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Handles the import and the removal of the module.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <summary>Registers the schemes of the stores. The assembly of a store is loaded when the first such store is opened, so the others cost
    /// nothing.</summary>
    public void OnImport()
    {
        KvStore.RegisterWhenOpened(static () => EmbeddedStore.Register(), EmbeddedStore.FileScheme, EmbeddedStore.MemoryScheme);
        KvStore.RegisterWhenOpened(
            static () => EtcdStores.Register(), EtcdStore.Scheme, EtcdStore.TlsScheme, EtcdStore.V2Scheme, EtcdStore.V2TlsScheme);
        KvStore.RegisterWhenOpened(static () => ConsulStore.Register(), ConsulStore.Scheme, ConsulStore.TlsScheme);
        KvStore.RegisterWhenOpened(static () => ZooKeeperStore.Register(), ZooKeeperStore.Scheme, ZooKeeperStore.TlsScheme);
        DefaultLabels.Add();
    }

    /// <summary>Closes the stores that the runspace opened.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => OpenStores.CloseAllOf(Runspace.DefaultRunspace).Wait(TimeSpan.FromSeconds(5));
}
