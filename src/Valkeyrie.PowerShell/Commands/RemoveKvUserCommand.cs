using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes users from a store.</summary>
[Cmdlet(VerbsCommon.Remove, "KvUser", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveKvUserCommand : KvAccessCmdlet
{
    /// <summary>The names of the users.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var name in Name)
        {
            Change(name, "Remove user", access => access.RemoveUserAsync(name, StopToken));
        }
    }
}
