using System.Diagnostics;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Shows how far work is, once that takes longer than a moment: while it is done, and while a store is waited for.</summary>
internal sealed class WorkProgress : IDisposable
{
    // An id of its own, so that it stands beside what a script shows of itself, which usually has the id 0.
    private const int ActivityId = 0x6b76;

    // What ends within the first interval shows nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly string _activity;
    private readonly Func<long, ProgressLine> _describe;
    private readonly Action<ProgressRecord> _write;
    private readonly BlockingWait _wait;
    private readonly CancellationToken _stopToken;
    private long _shownAt = Stopwatch.GetTimestamp();
    private bool _hasShown;

    /// <summary>Begins.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="describe">Tells how far it is, from the number of keys that have been handled.</param>
    /// <param name="write">Writes a record, on the pipeline's thread.</param>
    /// <param name="wait">Waits on that thread, which has time to show progress meanwhile.</param>
    /// <param name="stopToken">Fires when the pipeline is being stopped.</param>
    public WorkProgress(string activity, Func<long, ProgressLine> describe, Action<ProgressRecord> write, BlockingWait wait, CancellationToken stopToken)
    {
        (_activity, _describe, _write, _wait, _stopToken) = (activity, describe, write, wait, stopToken);
        _wait.Meanwhile = (Show, Interval);
    }

    /// <summary>How many keys have been handled.</summary>
    public long Keys { get; private set; }

    /// <summary>Counts further keys.</summary>
    /// <param name="keys">How many.</param>
    public void Add(int keys)
    {
        Keys += keys;
        Show();
    }

    /// <summary>Takes it off the screen.</summary>
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
