using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Watches an election: emits the current leader, then every change of the leader and its value.</summary>
[Cmdlet(VerbsCommon.Watch, "KvElection")]
[OutputType(typeof(KvElectionEvent))]
public sealed class WatchKvElectionCommand : KvFollowCmdlet
{
    /// <summary>The election, which does not need a contender.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(ElectionCompleter))]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Name, Follow);

    private void Follow()
    {
        var ending = BeginToFollow();
        var events = Target.GetCapability<IKvElections>().WatchElectionAsync(Name, ending.Token).GetAsyncEnumerator(ending.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (HasNext(next))
            {
                var change = events.Current;
                next = events.MoveNextAsync().AsTask();
                Tell(change, flush: !next.IsCompleted);
            }
        }
        finally
        {
            // This ends a waiting enumeration; one whose next event is available is disposed explicitly.
            ending.Cancel();
            if (next.IsCompleted)
            {
                _ = events.DisposeAsync().AsTask();
            }
        }
    }

    private bool HasNext(Task<bool> next)
    {
        WaitFor(next);
        try
        {
            return Result(next);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Tell(KvElectionEvent change, bool flush)
    {
        if (IncludeOutage || change.Type is not (KvElectionEventType.Outage or KvElectionEventType.Resumed))
        {
            FlushSignal.Write(flush, () => WriteObject(change));
        }
        else if (change.Type == KvElectionEventType.Outage)
        {
            WarnOfOutage(change.Error);
        }
        else
        {
            WarnOfReturn();
        }
    }
}
