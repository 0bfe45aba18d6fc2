using System.Diagnostics;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Shows the progress of an operation that takes longer than a moment, also while it waits for a store.</summary>
internal sealed class WorkProgress : IDisposable
{
    // A separate id, so the progress is shown next to that of the script, which usually has the id 0.
    private const int ActivityId = 0x6b76;

    // An operation that ends within the first interval shows no progress.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly string _activity;
    private readonly Func<long, ProgressLine> _describe;
    private readonly Action<ProgressRecord> _write;
    private readonly BlockingWait _wait;
    private readonly CancellationToken _stopToken;
    private long _shownAt = Stopwatch.GetTimestamp();
    private bool _hasShown;

    /// <summary>Starts the progress.</summary>
    /// <param name="activity">The name of the operation.</param>
    /// <param name="describe">Describes the progress for a number of processed keys.</param>
    /// <param name="write">Writes a record, on the pipeline's thread.</param>
    /// <param name="wait">Waits on the pipeline's thread, which shows the progress meanwhile.</param>
    /// <param name="stopToken">Fires when the pipeline is stopped.</param>
    public WorkProgress(string activity, Func<long, ProgressLine> describe, Action<ProgressRecord> write, BlockingWait wait, CancellationToken stopToken)
    {
        (_activity, _describe, _write, _wait, _stopToken) = (activity, describe, write, wait, stopToken);
        _wait.Meanwhile = (Show, Interval);
    }

    /// <summary>The number of processed keys.</summary>
    public long Keys { get; private set; }

    /// <summary>Counts more processed keys.</summary>
    /// <param name="keys">Their number.</param>
    public void Add(int keys)
    {
        Keys += keys;
        Show();
    }

    /// <summary>Removes the progress from the screen.</summary>
    public void Dispose()
    {
        _wait.Meanwhile = null;
        if (_hasShown && !_stopToken.IsCancellationRequested)
        {
            _write(new ProgressRecord(ActivityId, _activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void Show()
    {
        if (Stopwatch.GetElapsedTime(_shownAt) < Interval)
        {
            return;
        }

        _shownAt = Stopwatch.GetTimestamp();
        _hasShown = true;
        var (status, operation, percent) = _describe(Keys);
        _write(new ProgressRecord(ActivityId, _activity, status) { CurrentOperation = operation, PercentComplete = percent });
    }
}
