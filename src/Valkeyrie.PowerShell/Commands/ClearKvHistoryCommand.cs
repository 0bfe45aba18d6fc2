using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes the history of all keys before a revision.</summary>
[Cmdlet(VerbsCommon.Clear, "KvHistory", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class ClearKvHistoryCommand : KvStoreCmdlet
{
    /// <summary>The oldest revision that remains readable.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Revision")]
    [ValidateRange(1, long.MaxValue)]
    public long BeforeRevision { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var maintenance = OrFail(Target.Info.Address, Target.GetCapability<IKvMaintenance>);
        if (!ShouldProcess(Target.Info.Address, $"Forget the history of all keys before revision {BeforeRevision}"))
        {
            return;
        }

        using var progress = Show($"Forget history before revision {BeforeRevision}", _ => new(Target.Info.Address));
        OrFail(BeforeRevision, () => Wait(CompactAsync(maintenance)));
    }

    private async ValueTask<bool> CompactAsync(IKvMaintenance maintenance)
    {
        await maintenance.CompactAsync(BeforeRevision, StopToken).ConfigureAwait(false);
        return true;
    }
}
