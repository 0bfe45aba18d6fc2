using System.Diagnostics;
using System.Management.Automation;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Shows what is being done to many keys, and how many have been handled, once that takes longer than a moment: also while a store is waited for.</summary>
internal sealed class TransferProgress : IDisposable
{
    private const int ActivityId = 0x6b76;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly string _activity;
    private readonly string _status;
    private readonly Action<ProgressRecord> _write;
    private readonly BlockingWait _wait;
    private readonly CancellationToken _stopToken;
    private long _shownAt = Stopwatch.GetTimestamp();
    private bool _shown;

    /// <summary>Begins.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="status">With what.</param>
    /// <param name="write">Writes the progress.</param>
    /// <param name="wait">Waits on the pipeline's thread, which has time to show it meanwhile.</param>
    /// <param name="stopToken">Fires when the pipeline is being stopped.</param>
    public TransferProgress(string activity, string status, Action<ProgressRecord> write, BlockingWait wait, CancellationToken stopToken)
    {
        (_activity, _status, _write, _wait, _stopToken) = (activity, status, write, wait, stopToken);
        _wait.Instead = ShowUntilEnd;
    }

    /// <summary>How many keys have been handled.</summary>
    public long Count { get; private set; }

    /// <summary>Counts further keys.</summary>
    public void Add(int keys)
    {
        Count += keys;
        Show();
    }

    /// <summary>Takes it off the screen.</summary>
    public void Dispose()
    {
        _wait.Instead = null;
        if (_shown && !_stopToken.IsCancellationRequested)
        {
            _write(new ProgressRecord(ActivityId, _activity, _status) { RecordType = ProgressRecordType.Completed });
        }
    }

    private void ShowUntilEnd(Task task)
    {
        while (Task.WaitAny([task], (int)Interval.TotalMilliseconds, _stopToken) < 0)
        {
            Show();
        }
    }

    private void Show()
    {
        if (Stopwatch.GetElapsedTime(_shownAt) < Interval)
        {
            return;
        }

        _shownAt = Stopwatch.GetTimestamp();
        _shown = true;
        _write(new ProgressRecord(ActivityId, _activity, _status) { CurrentOperation = Count == 0 ? "" : $"{Count} keys" });
    }
}
