using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Adds roles without permissions to a store.</summary>
[Cmdlet(VerbsCommon.New, "KvRole", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class NewKvRoleCommand : KvAccessCmdlet
{
    /// <summary>The names of the roles.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RoleName")]
    [TextOf("Name")]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var name in Name)
        {
            Change(name, "Add role", access => access.AddRoleAsync(name, StopToken));
        }
    }
}
