using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Follows an election: emits who leads, then every change of the leader and of its value.</summary>
[Cmdlet(VerbsCommon.Watch, "KvElection")]
[OutputType(typeof(KvElectionEvent))]
public sealed class WatchKvElectionCommand : KvFollowCmdlet
{
    /// <summary>The election; nobody need take part in it.</summary>
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
            // Ends one that waits; one that has its next event ready is closed by hand.
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
