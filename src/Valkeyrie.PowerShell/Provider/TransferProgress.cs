using System.Diagnostics;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Shows how many keys have been handled, once that takes longer than a moment.</summary>
/// <param name="activity">What is done.</param>
/// <param name="status">With what.</param>
/// <param name="write">Writes the progress.</param>
internal sealed class TransferProgress(string activity, string status, Action<ProgressRecord> write) : IDisposable
{
    private const int ActivityId = 0x6b76;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private long _shownAt = Stopwatch.GetTimestamp();
    private bool _shown;

    /// <summary>How many keys have been handled.</summary>
    public long Count { get; private set; }

    /// <summary>Counts further keys.</summary>
    public void Add(int keys)
    {
        Count += keys;
        if (Stopwatch.GetElapsedTime(_shownAt) < Interval)
        {
            return;
        }

        _shownAt = Stopwatch.GetTimestamp();
        _shown = true;
        write(new ProgressRecord(ActivityId, activity, status) { CurrentOperation = $"{Count} keys" });
    }

    /// <summary>Takes it off the screen.</summary>
    public void Dispose()
    {
        if (_shown)
        {
            write(new ProgressRecord(ActivityId, activity, status) { RecordType = ProgressRecordType.Completed });
        }
    }
}
