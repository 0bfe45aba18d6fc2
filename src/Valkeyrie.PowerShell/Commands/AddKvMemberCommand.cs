using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Adds a new member to a cluster. The member is started afterwards.</summary>
[Cmdlet(VerbsCommon.Add, "KvMember", SupportsShouldProcess = true)]
[OutputType(typeof(KvMember))]
public sealed class AddKvMemberCommand : KvStoreCmdlet
{
    /// <summary>The URLs at which the other members reach it, such as <c>http://10.0.0.4:2380</c>.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] PeerAddress { get; set; } = [];

    /// <summary>Adds it as a voting member. Default: it is a learner, which has no vote until Set-KvMember -Promote.</summary>
    [Parameter]
    public SwitchParameter Voter { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var members = OrFail(Target.Info.Address, Target.GetCapability<IKvMembers>);
        var addresses = string.Join(", ", PeerAddress);
        if (ShouldProcess(addresses, $"Add a {(Voter ? "voting member" : "learner")} to {Target.Info.Address}"))
        {
            WriteObject(OrFail(addresses, () => Wait(members.AddMemberAsync(PeerAddress, asLearner: !Voter, StopToken))));
        }
    }
}
