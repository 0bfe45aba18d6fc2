using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the members of a cluster.</summary>
[Cmdlet(VerbsCommon.Get, "KvMember")]
[OutputType(typeof(KvMember))]
public sealed class GetKvMemberCommand : KvStoreCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () =>
        WriteObject(Wait(Target.GetCapability<IKvMembers>().ListMembersAsync(StopToken)), enumerateCollection: true));
}
