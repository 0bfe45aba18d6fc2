using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>What happens when the module is imported and removed.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <summary>Makes the kinds of store known.</summary>
    public void OnImport()
    {
        EmbeddedStore.Register();
        EtcdStore.Register();
    }

    /// <summary>Closes the stores that the runspace opened.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => OpenStores.CloseAllOf(Runspace.DefaultRunspace).Wait(TimeSpan.FromSeconds(5));
}
