using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Releases locks. That one had been lost before is an error. The holder of a lock that another runspace took is told by the lock's Lost.</summary>
[Cmdlet(VerbsCommon.Unlock, "KvKey", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnlockKvKeyCommand : KvCmdlet
{
    /// <summary>The locks, as Lock-KvKey gave them. Releasing one again does nothing.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public KvLock[] Lock { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var held in Lock)
        {
            if (ShouldProcess(held.Key, "Release lock"))
            {
                ReportErrors(held.Key, () => Wait(LockHolders.IsElsewhere(held) ? held.BreakAsync(StopToken) : held.UnlockAsync(StopToken)));
            }
        }
    }
}
