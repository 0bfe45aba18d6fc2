using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Valkeyrie.Consul;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.ZooKeeper;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>What happens when the module is imported and removed.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <summary>Makes the kinds of store known. None is loaded before one of its stores is opened: who uses one never waits for the others.</summary>
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
