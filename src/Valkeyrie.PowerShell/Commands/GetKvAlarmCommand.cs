using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the alarms of a cluster. Where there are none, nothing is emitted.</summary>
[Cmdlet(VerbsCommon.Get, "KvAlarm")]
[OutputType(typeof(KvAlarm))]
public sealed class GetKvAlarmCommand : KvStoreCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () =>
        WriteObject(Wait(Target.GetCapability<IKvMaintenance>().ListAlarmsAsync(StopToken)), enumerateCollection: true));
}
