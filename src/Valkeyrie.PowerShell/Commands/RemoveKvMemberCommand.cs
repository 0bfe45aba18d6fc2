using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes members from a cluster.</summary>
[Cmdlet(VerbsCommon.Remove, "KvMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveKvMemberCommand : KvStoreCmdlet
{
    /// <summary>The ids of the members, or members from Get-KvMember.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("MemberId", "Member")]
    [TextOf("Id")]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var id in Id)
        {
            ReportErrors(id, () => Remove(id));
        }
    }

    private void Remove(string id)
    {
        var members = Target.GetCapability<IKvMembers>();
        if (ShouldProcess(id, $"Remove member from {Target.Info.Address}"))
        {
            Wait(members.RemoveMemberAsync(id, StopToken));
        }
    }
}
