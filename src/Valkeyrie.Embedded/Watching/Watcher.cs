using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Watching;

/// <summary>One watch: its position, and the changes that it has yet to read. Its <see cref="ChangeHub"/> guards its state.</summary>
/// <param name="range">The watched range.</param>
/// <param name="interval">The range as bytes.</param>
/// <param name="next">The position of the first change to deliver.</param>
internal sealed class Watcher(KvRange range, KeyInterval interval, long next) : IDisposable
{
    // Up to the newest change at the time of the read.
    private const long ToNewest = long.MaxValue;

    private const long Nothing = -1;

    private readonly SemaphoreSlim _signal = new(0, 1);
    private long _next = next;

    // The positions of found changes that the watch has not read yet. Initially the changes before the watch, which are unknown.
    private long _first = next;
    private long _last = ToNewest;

    public KvRange Range => range;

    public KeyInterval Interval => interval;

    /// <summary>True if changes may have to be read.</summary>
    public bool IsBehind => _last >= _next;

    /// <summary>The reason why the watch cannot continue; null if it can.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Notifies the watch of a change in its range.</summary>
    public void Found(long position)
    {
        if (position < _next)
        {
            return;
        }

        if (IsBehind)
        {
            _last = Math.Max(_last, position);
            return;
        }

        (_first, _last) = (position, position);
        Wake();
    }

    /// <summary>Notifies the watch that changes after a position were removed before they were read, so that it checks for itself.</summary>
    public void LookAfter(long position)
    {
        _first = IsBehind ? _first : position + 1;
        _last = ToNewest;
        Wake();
    }

    /// <summary>Ends the watch with an error.</summary>
    public void Fail(Exception error)
    {
        Failure ??= error;
        Wake();
    }

    /// <summary>Returns the positions to read now, both included. Changes found later are for the next read.</summary>
    public (long From, long Until) Take()
    {
        // A key changes once in a revision. A range can have several changes, and changes of one revision stay together.
        var until = _last == ToNewest || range.Kind == KvRangeKind.Key ? _last : Position.LastOf(Position.RevisionOf(_last));
        var from = Math.Max(_first, _next);
        _last = Nothing;
        return (from, until);
    }

    /// <summary>Records a completed read.</summary>
    /// <param name="through">The last position covered.</param>
    /// <param name="until">The last requested position, see <see cref="Take"/>.</param>
    /// <param name="complete">False if the changes were too many for one read.</param>
    public void Account(long through, long until, bool complete)
    {
        _next = through + 1;
        if (!complete)
        {
            (_first, _last) = (_next, Math.Max(_last, until));
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    public void Dispose() => _signal.Dispose();

    private void Wake()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }
}
