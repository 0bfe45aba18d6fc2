using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Grants a role to users.</summary>
[Cmdlet(VerbsSecurity.Grant, "KvRole", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class GrantKvRoleCommand : KvRoleCmdlet
{
    private protected override void Change(string user) => Change(user, $"Grant role '{Role}'", access => access.GrantRoleAsync(user, Role, StopToken));
}
