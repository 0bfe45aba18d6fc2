using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the roles of a store with their permissions.</summary>
[Cmdlet(VerbsCommon.Get, "KvRole")]
[OutputType(typeof(KvRole))]
public sealed class GetKvRoleCommand : KvAccessCmdlet
{
    /// <summary>The names. Default: all roles.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RoleName")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        // An empty pipeline requests nothing, not everything.
        var isAll = !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Name));
        foreach (var name in isAll ? OrFail(Target.Info.Address, () => Wait(Accounts.ListRolesAsync(StopToken))) : Name)
        {
            ReportErrors(name, () => WriteObject(Wait(Accounts.GetRoleAsync(name, StopToken))));
        }
    }
}
