using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Revokes a role from users.</summary>
[Cmdlet(VerbsSecurity.Revoke, "KvRole", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RevokeKvRoleCommand : KvRoleCmdlet
{
    private protected override void Change(string user) => Change(user, $"Revoke role '{Role}'", access => access.RevokeRoleAsync(user, Role, StopToken));
}
