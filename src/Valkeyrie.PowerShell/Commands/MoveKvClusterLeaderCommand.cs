using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Transfers the leadership of a cluster to another member.</summary>
[Cmdlet(VerbsCommon.Move, "KvClusterLeader", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class MoveKvClusterLeaderCommand : KvStoreCmdlet
{
    /// <summary>The id of the new leader, or a member from Get-KvMember. It must be a voting member.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("MemberId", "Member")]
    [TextOf("Id")]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public string Id { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process()
    {
        var members = OrFail(Target.Info.Address, Target.GetCapability<IKvMembers>);
        if (ShouldProcess(Id, $"Move the leadership of {Target.Info.Address} to this member"))
        {
            OrFail(Id, () => Wait(MoveAsync(members)));
        }
    }

    private async ValueTask<bool> MoveAsync(IKvMembers members)
    {
        await members.MoveLeaderAsync(Id, StopToken).ConfigureAwait(false);
        return true;
    }
}
