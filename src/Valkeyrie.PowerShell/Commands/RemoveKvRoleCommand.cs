using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes roles from a store.</summary>
[Cmdlet(VerbsCommon.Remove, "KvRole", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveKvRoleCommand : KvAccessCmdlet
{
    /// <summary>The names of the roles.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RoleName")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var name in Name)
        {
            Change(name, "Remove role", access => access.RemoveRoleAsync(name, StopToken));
        }
    }
}
