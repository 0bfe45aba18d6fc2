using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Resigns, so the next contender leads. If the leadership was already lost, the command fails. Another runspace that uses the leadership is notified
/// by its Lost token.</summary>
[Cmdlet(VerbsCommon.Exit, "KvElection", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ExitKvElectionCommand : KvCmdlet
{
    /// <summary>The leaderships that Enter-KvElection emitted. Resigning again does nothing.</summary>
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
