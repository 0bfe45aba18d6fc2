using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Permits a role something in directories, below a prefix, of single keys or of the whole store.</summary>
[Cmdlet(VerbsSecurity.Grant, "KvPermission", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class GrantKvPermissionCommand : KvPermissionCmdlet
{
    /// <summary>What is permitted: to read, to write (and remove), or both.</summary>
    [Parameter(Mandatory = true)]
    [Alias("Permission")]
    public KvAccessKind Access { get; set; }

    /// <inheritdoc/>
    private protected override void Change(KvRange range) =>
        Change(Role, $"Grant {Access} of {range}", access => access.GrantPermissionAsync(Role, range, Access, StopToken));
}
