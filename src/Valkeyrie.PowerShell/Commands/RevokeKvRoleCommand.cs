using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Revokes a role from users.</summary>
[Cmdlet(VerbsSecurity.Revoke, "KvRole", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RevokeKvRoleCommand : KvAccessCmdlet
{
    /// <summary>The role.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string Role { get; set; } = "";

    /// <summary>The names of the users.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[] User { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var user in User)
        {
            Change(user, $"Revoke role '{Role}'", access => access.RevokeRoleAsync(user, Role, StopToken));
        }
    }
}
