using System.Management.Automation;

namespace Valkeyrie.Loader;

/// <summary>Leaves the drives of the calling module and returns its inner module, which must be removed with it. Only Valkeyrie.psm1 uses it.</summary>
[Cmdlet(VerbsCommon.Exit, "KvModule")]
[OutputType(typeof(PSModuleInfo))]
public sealed class ExitKvModuleCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // A provider in use stays. Import-Module -Force reaches this from any location; Remove-Module refuses before that.
        if (ModuleLoadContext.Contains(SessionState.Path.CurrentLocation.Provider.ImplementingType.Assembly))
        {
            SessionState.Path.SetLocation((string)SessionState.PSVariable.GetValue("HOME"));
        }

        foreach (var inner in SessionState.Module.NestedModules)
        {
            if (inner.ImplementingAssembly is { } assembly && ModuleLoadContext.Contains(assembly))
            {
                WriteObject(inner);
            }
        }
    }
}
