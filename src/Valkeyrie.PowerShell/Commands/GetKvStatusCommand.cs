using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the status of each member of a store: version, leader, database, Raft log, and the problems that it reports.</summary>
/// <remarks>A member that does not answer is a result of the command, not an error.</remarks>
[Cmdlet(VerbsCommon.Get, "KvStatus")]
[OutputType(typeof(KvMemberStatus))]
public sealed class GetKvStatusCommand : KvStoreCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () =>
    {
        foreach (var status in Enumerate(Target.GetCapability<IKvMaintenance>().GetStatusAsync(StopToken)))
        {
            WriteObject(status);
        }
    });
}
