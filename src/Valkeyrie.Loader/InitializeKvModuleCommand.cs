using System.Management.Automation;
using System.Reflection;

namespace Valkeyrie.Loader;

/// <summary>Loads the module's assemblies and returns the assembly of the cmdlets. Only Valkeyrie.psm1 uses it: calling .NET methods from a script costs many
/// times as much at every import, because PowerShell compiles each call.</summary>
[Cmdlet(VerbsData.Initialize, "KvModule")]
[OutputType(typeof(Assembly))]
public sealed class InitializeKvModuleCommand : PSCmdlet
{
    /// <summary>The folder of the module's assemblies.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>The action for the removal of the calling module.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock OnRemove { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        SessionState.Module.OnRemove = OnRemove;
        WriteObject(ModuleLoadContext.LoadModule(System.IO.Path.GetFullPath(Path)));
    }
}
