using System.Diagnostics;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that follow changes of a store until they are stopped, or for a certain time.</summary>
public abstract class KvFollowCmdlet : KvStoreCmdlet
{
    private CancellationTokenSource? _ending;
    private long _awaySince;

    /// <summary>Emit an event at the beginning (Outage) and at the end (Resumed) of an outage, instead of writing warnings.</summary>
    [Parameter]
    public SwitchParameter IncludeOutage { get; set; }

    /// <summary>End the watch without an error after this time: a TimeSpan or seconds. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (Timeout <= TimeSpan.Zero || Timeout?.TotalMilliseconds > int.MaxValue)
        {
            Fail(ErrorRecords.InvalidArgument($"The timeout must be greater than zero and at most 24 days; it is {Timeout}. Omit it to watch until you stop the command."));
        }
    }

    /// <summary>Starts the timeout. The returned source is canceled when the timeout expires, the pipeline is stopped, or the cmdlet is disposed.</summary>
    private protected CancellationTokenSource BeginToFollow()
    {
        _ending?.Dispose();
        _ending = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (Timeout is { } timeout)
        {
            _ending.CancelAfter(timeout);
        }

        return _ending;
    }

    /// <summary>Warns that an outage has begun.</summary>
    /// <param name="error">The cause; null if it is unknown.</param>
    private protected void WarnOfOutage(KvException? error)
    {
        _awaySince = Stopwatch.GetTimestamp();
        WriteWarning($"The watch is interrupted: {error?.Message} It continues automatically when the store can be reached again.");
    }

    /// <summary>Warns that an outage has ended, with its duration.</summary>
    private protected void WarnOfReturn() =>
        WriteWarning($"The watch continues: {Target.Info.Address} can be reached again after {Stopwatch.GetElapsedTime(_awaySince).TotalSeconds:0} s.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _ending?.Dispose();
        }
    }
}
