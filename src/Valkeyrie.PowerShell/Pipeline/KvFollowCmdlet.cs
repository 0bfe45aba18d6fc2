using System.Diagnostics;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that follows what happens in a store until it is stopped, or for a time.</summary>
public abstract class KvFollowCmdlet : KvStoreCmdlet
{
    private CancellationTokenSource? _ending;
    private long _awaySince;

    /// <summary>Emit an event when the store cannot be followed for a while (Outage) and when it can again (Resumed), instead of writing warnings.</summary>
    [Parameter]
    public SwitchParameter IncludeOutage { get; set; }

    /// <summary>End the watch, without an error, after this time: a TimeSpan or seconds. Default: never.</summary>
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

    /// <summary>Begins to count the time. What is returned ends when it is up, the pipeline is stopped, or the cmdlet is disposed of.</summary>
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

    /// <summary>Warns that the store cannot be followed.</summary>
    /// <param name="error">Why; null if it is not known.</param>
    private protected void WarnOfOutage(KvException? error)
    {
        _awaySince = Stopwatch.GetTimestamp();
        WriteWarning($"The watch is interrupted: {error?.Message} It continues automatically when the store can be reached again.");
    }

    /// <summary>Warns that an outage is over, and how long it lasted.</summary>
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
