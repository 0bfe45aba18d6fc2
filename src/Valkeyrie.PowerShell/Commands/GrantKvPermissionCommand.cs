using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Grants a role permissions for directories, a prefix, single keys or the whole store.</summary>
[Cmdlet(VerbsSecurity.Grant, "KvPermission", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class GrantKvPermissionCommand : KvPermissionCmdlet
{
    /// <summary>The permission: read, write (which includes removing), or both.</summary>
    [Parameter(Mandatory = true)]
    [Alias("Permission")]
    public KvAccessKind Access { get; set; }

    /// <inheritdoc/>
    private protected override void Change(KvRange range) =>
        Change(Role, $"Grant {Access} of {range}", access => access.GrantPermissionAsync(Role, range, Access, StopToken));
}
