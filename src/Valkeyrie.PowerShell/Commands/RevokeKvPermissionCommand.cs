using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Revokes permissions from a role, for the same ranges as they were granted.</summary>
[Cmdlet(VerbsSecurity.Revoke, "KvPermission", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RevokeKvPermissionCommand : KvPermissionCmdlet
{
    /// <inheritdoc/>
    private protected override void Change(KvRange range) =>
        Change(Role, $"Revoke the permission of {range}", access => access.RevokePermissionAsync(Role, range, StopToken));
}
