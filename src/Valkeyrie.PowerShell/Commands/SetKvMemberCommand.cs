using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Promotes a learner to a voting member, or changes the peer addresses of a member.</summary>
[Cmdlet(VerbsCommon.Set, "KvMember", SupportsShouldProcess = true, DefaultParameterSetName = PeersSet)]
[OutputType(typeof(KvMember))]
public sealed class SetKvMemberCommand : KvStoreCmdlet
{
    private const string PeersSet = "PeerAddress";
    private const string PromoteSet = "Promote";

    /// <summary>The id of the member, or a member from Get-KvMember or Add-KvMember.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("MemberId", "Member")]
    [TextOf("Id")]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public string Id { get; set; } = "";

    /// <summary>The new URLs at which the other members reach it, such as <c>http://10.0.0.4:2380</c>.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PeersSet)]
    [ValidateNotNullOrEmpty]
    public string[] PeerAddress { get; set; } = [];

    /// <summary>Promotes a learner to a voting member. It must have caught up with the leader.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PromoteSet)]
    public SwitchParameter Promote { get; set; }

    /// <summary>Emit the changed member.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (ParameterSetName == PromoteSet && !Promote)
        {
            Fail(ErrorRecords.InvalidArgument("-Promote:$false has no effect: a voting member cannot become a learner. Specify -Promote or -PeerAddress."));
        }
    }

    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Id, () =>
    {
        var members = Target.GetCapability<IKvMembers>();
        if (!ShouldProcess(Id, Promote ? "Promote learner to a voting member" : $"Set peer addresses to {string.Join(", ", PeerAddress)}"))
        {
            return;
        }

        var member = Wait(Promote ? members.PromoteMemberAsync(Id, StopToken) : members.UpdateMemberAsync(Id, PeerAddress, StopToken));
        if (PassThru)
        {
            WriteObject(member);
        }
    });
}
