using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the users of a store with their roles.</summary>
[Cmdlet(VerbsCommon.Get, "KvUser")]
[OutputType(typeof(KvUser))]
public sealed class GetKvUserCommand : KvAccessCmdlet
{
    /// <summary>The names. Default: all users.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserName")]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        // An empty pipeline requests nothing, not everything.
        var isAll = !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Name));
        foreach (var name in isAll ? OrFail(Target.Info.Address, () => Wait(Accounts.ListUsersAsync(StopToken))) : Name)
        {
            ReportErrors(name, () => WriteObject(Wait(Accounts.GetUserAsync(name, StopToken))));
        }
    }
}
