using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Emits the alarms of a cluster; nothing if there are none.</summary>
[Cmdlet(VerbsCommon.Get, "KvAlarm")]
[OutputType(typeof(KvAlarm))]
public sealed class GetKvAlarmCommand : KvStoreCmdlet
{
    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Target.Info.Address, () =>
        WriteObject(Wait(Target.GetCapability<IKvMaintenance>().ListAlarmsAsync(StopToken)), enumerateCollection: true));
}
