using System.Diagnostics;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Follows an election: emits who leads, then every change of the leader and of its value.</summary>
[Cmdlet(VerbsCommon.Watch, "KvElection")]
[OutputType(typeof(KvElectionEvent))]
public sealed class WatchKvElectionCommand : KvStoreCmdlet
{
    private CancellationTokenSource? _ending;
    private long _awaySince;

    /// <summary>The election; nobody need take part in it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(ElectionCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Emit an event when the store cannot be followed for a while (Outage) and when it can again (Resumed), instead of writing warnings.</summary>
    [Parameter]
    public SwitchParameter IncludeOutage { get; set; }

    /// <summary>End the watch, without an error, after this time: a TimeSpan or seconds. Default: never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (Timeout <= TimeSpan.Zero || Timeout?.TotalMilliseconds > int.MaxValue)
        {
            Fail(ErrorRecords.InvalidArgument($"The timeout is {Timeout}. Specify one above zero and up to 24 days, or none to watch until stopped."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (Timeout is { } timeout)
        {
            _ending.CancelAfter(timeout);
        }

        ReportErrors(Name, Follow);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _ending?.Dispose();
        }
    }

    private void Follow()
    {
        var events = Target.GetCapability<IKvElections>().WatchElectionAsync(Name, _ending!.Token).GetAsyncEnumerator(_ending.Token);
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
            _ending.Cancel();
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
            _awaySince = Stopwatch.GetTimestamp();
            WriteWarning($"The watch is interrupted: {change.Error?.Message} It goes on by itself as soon as the store can be reached.");
        }
        else
        {
            WriteWarning($"The watch goes on: {Target.Info.Address} can be reached again after {Stopwatch.GetElapsedTime(_awaySince).TotalSeconds:0} s.");
        }
    }
}
