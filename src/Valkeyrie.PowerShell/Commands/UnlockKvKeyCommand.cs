using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Releases locks. That one had been lost before is an error.</summary>
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
                ReportErrors(held.Key, () => Wait(held.UnlockAsync(StopToken)));
            }
        }
    }
}
