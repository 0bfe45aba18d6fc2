using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Resigns, so that the next participant leads. A leadership that was lost before is an error. The leader in another runspace is notified by its Lost.</summary>
[Cmdlet(VerbsCommon.Exit, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ExitKvElectionCommand : KvCmdlet
{
    /// <summary>The leaderships, as Enter-KvElection gave them. Resigning again does nothing.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public KvLeadership[] Leadership { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var held in Leadership)
        {
            if (ShouldProcess(held.Name, "Resign"))
            {
                ReportErrors(held.Name, () => Wait(LockHolders.IsElsewhere(held) ? held.BreakAsync(StopToken) : held.ResignAsync(StopToken)));
            }
        }
    }
}
