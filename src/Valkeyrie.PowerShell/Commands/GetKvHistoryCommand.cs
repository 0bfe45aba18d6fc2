using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Lists the revisions of keys, newest first, as far back as the store keeps them. A removed key still has its earlier
/// revisions.</summary>
[Cmdlet(VerbsCommon.Get, "KvHistory", DefaultParameterSetName = PairSet)]
[OutputType(typeof(KvPair), ParameterSetName = [PairSet])]
[OutputType(typeof(KvEvent), ParameterSetName = [EventSet])]
public sealed class GetKvHistoryCommand : KvStoreCmdlet
{
    private const string PairSet = "Pair";
    private const string EventSet = "Event";

    /// <summary>The keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The number of revisions of each key, beginning with the newest. Default: all.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long First { get; set; } = long.MaxValue;

    /// <summary>Stop at the last creation of the key. On etcd the server then does not search all changes that it keeps.</summary>
    [Parameter]
    public SwitchParameter SinceCreation { get; set; }

    /// <summary>Emit events, including removals, as Watch-KvKey does, instead of pairs only.</summary>
    [Parameter(ParameterSetName = EventSet, Mandatory = true)]
    public SwitchParameter AsEvent { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var key in Key)
        {
            ReportErrors(key, () => Process(key));
        }
    }

    private void Process(string key)
    {
        var left = First;
        var options = new KvHistoryOptions { SinceCreation = SinceCreation };
        foreach (var change in Enumerate(Target.GetCapability<IKvHistory>().HistoryAsync(key, options, StopToken)))
        {
            if (!AsEvent && change.Type == KvEventType.Delete)
            {
                continue;
            }

            WriteObject(AsEvent ? change : change.Pair);
            if (--left == 0)
            {
                return;
            }
        }
    }
}
