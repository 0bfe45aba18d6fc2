using System.Globalization;
using System.Management.Automation;
using Valkeyrie.PowerShell.Trees;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet whose work may take long: it shows how far it is, once that is worth showing.</summary>
public abstract class KvLongCmdlet : KvStoreCmdlet
{
    // What ends within the first interval shows nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private string _activity = "";
    private Func<(string Status, int Percent)>? _describe;
    private long _shownAt;
    private bool _hasShown;

    /// <inheritdoc/>
    protected override void Begin()
    {
        Blocking.Instead = Block;
        base.Begin();
    }

    /// <summary>Does something that may take long.</summary>
    /// <param name="activity">What it is.</param>
    /// <param name="describe">How far it is: a line, and the part that is done in percent, or -1 where nobody knows.</param>
    /// <param name="work">Does it.</param>
    private protected T Showing<T>(string activity, Func<(string Status, int Percent)> describe, Func<T> work)
    {
        _activity = activity;
        _describe = describe;
        _shownAt = Environment.TickCount64;
        try
        {
            return work();
        }
        finally
        {
            _describe = null;
            if (_hasShown && !StopToken.IsCancellationRequested)
            {
                _hasShown = false;
                WriteProgress(new ProgressRecord(0, _activity, "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    /// <summary>Shows how far the work is, if that was not done just before. Waiting does so by itself.</summary>
    private protected void ShowProgress()
    {
        if (_describe is not { } describe || Environment.TickCount64 - _shownAt < Interval.TotalMilliseconds)
        {
            return;
        }

        _shownAt = Environment.TickCount64;
        _hasShown = true;
        var (status, percent) = describe();
        WriteProgress(new ProgressRecord(0, _activity, status) { PercentComplete = percent });
    }

    /// <summary>Sees whether a file holds a tree.</summary>
    /// <param name="file">The file.</param>
    /// <param name="place">Where its keys are to lie.</param>
    /// <returns>What it holds; to be closed.</returns>
    /// <exception cref="InvalidDataException">It does not.</exception>
    private protected CheckedTree Check(TreeFile file, TreePlace place)
    {
        var seen = 0L;
        return Showing(
            $"Check {file.Path}",
            () => ($"{Number(Interlocked.Read(ref seen))} keys", -1),
            () => Wait(new ValueTask<CheckedTree>(Task.Run(() => file.CheckAsync(place, count => Interlocked.Exchange(ref seen, count), StopToken)))));
    }

    /// <summary>A number as it is shown.</summary>
    private protected static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private void Block(Task task)
    {
        while (!task.IsCompleted)
        {
            Task.WaitAny([task], (int)Interval.TotalMilliseconds, StopToken);
            ShowProgress();
        }
    }
}
