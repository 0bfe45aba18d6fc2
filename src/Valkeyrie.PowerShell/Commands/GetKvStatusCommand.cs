using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows how each member of a store is: version, leader, database, Raft log, and what it reports as wrong.</summary>
/// <remarks>A member that does not answer is not an error, but a result of the command.</remarks>
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
