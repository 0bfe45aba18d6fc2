using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Campaigns in an election, waits until this contender leads, and emits the leadership. The leadership lasts until it is passed to Exit-KvElection or
/// the store is disconnected.</summary>
[Cmdlet(VerbsCommon.Enter, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(KvLeadership))]
public sealed class EnterKvElectionCommand : KvElectionCmdlet
{
    /// <inheritdoc/>
    protected override void Complete()
    {
        if (!ShouldProcess(Name, "Take part in the election"))
        {
            return;
        }

        var held = Win();
        LockHolders.Add(held, Target);
        WriteObject(held);
    }
}
