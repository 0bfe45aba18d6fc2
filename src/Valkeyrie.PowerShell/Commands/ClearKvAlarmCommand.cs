using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Disarms alarms of a cluster. An alarm is raised again if its cause remains.</summary>
[Cmdlet(VerbsCommon.Clear, "KvAlarm", SupportsShouldProcess = true, DefaultParameterSetName = AlarmSet)]
[OutputType(typeof(void))]
public sealed class ClearKvAlarmCommand : KvStoreCmdlet
{
    private const string AlarmSet = "Alarm";
    private const string AllSet = "All";

    /// <summary>The id of the member that raised the alarm.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AlarmSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public string MemberId { get; set; } = "";

    /// <summary>The kind of the alarm: NoSpace or Corrupt.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = AlarmSet, ValueFromPipelineByPropertyName = true)]
    [ValidateSet("NoSpace", "Corrupt")]
    public string Kind { get; set; } = "";

    /// <summary>Disarm all raised alarms.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (ParameterSetName == AllSet && !All)
        {
            Fail(ErrorRecords.InvalidArgument("-All:$false selects no alarm. Specify -MemberId and -Kind, or -All. Get-KvAlarm lists the raised alarms."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var maintenance = OrFail(Target.Info.Address, Target.GetCapability<IKvMaintenance>);
        var alarms = All ? OrFail(Target.Info.Address, () => Wait(maintenance.ListAlarmsAsync(StopToken))) : [new KvAlarm(MemberId, Kind)];
        foreach (var alarm in alarms)
        {
            if (ShouldProcess($"{alarm:G}", "Disarm alarm"))
            {
                ReportErrors(alarm.MemberId, () => Wait(maintenance.ClearAlarmAsync(alarm, StopToken)));
            }
        }
    }
}
