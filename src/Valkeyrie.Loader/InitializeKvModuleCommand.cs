using System.Management.Automation;
using System.Reflection;

namespace Valkeyrie.Loader;

/// <summary>Loads the module's assemblies and gives the one of the cmdlets. For Valkeyrie.psm1 alone: what a script would do with .NET's own methods
/// costs many times as much at every import, since PowerShell compiles each such call.</summary>
[Cmdlet(VerbsData.Initialize, "KvModule")]
[OutputType(typeof(Assembly))]
public sealed class InitializeKvModuleCommand : PSCmdlet
{
    /// <summary>The folder of the module's assemblies.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>What to do when the module that calls this is removed.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock OnRemove { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        SessionState.Module.OnRemove = OnRemove;
        WriteObject(ModuleLoadContext.LoadModule(System.IO.Path.GetFullPath(Path)));
    }
}
