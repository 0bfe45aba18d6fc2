using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Watching;

/// <summary>One watch: where it has read up to, and what there is for it to read. Its state is guarded by its <see cref="ChangeHub"/>.</summary>
/// <param name="range">What is watched.</param>
/// <param name="interval">The same as bytes.</param>
/// <param name="next">The position of the first change that the watch is to give.</param>
internal sealed class Watcher(KvRange range, KeyInterval interval, long next) : IDisposable
{
    // Up to the newest change, whichever that is when the watch reads.
    private const long ToNewest = long.MaxValue;

    private const long Nothing = -1;

    private readonly SemaphoreSlim _signal = new(0, 1);
    private long _next = next;

    // Where changes were found that the watch has not taken. It begins with what was there before it, of which nobody knows.
    private long _first = next;
    private long _last = ToNewest;

    public KvRange Range => range;

    public KeyInterval Interval => interval;

    /// <summary>True if there may be something to read.</summary>
    public bool IsBehind => _last >= _next;

    /// <summary>Why the watch cannot go on; null if it can.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Tells the watch of a change in its range.</summary>
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

    /// <summary>Tells the watch to look for itself, since changes after a position were forgotten before anybody looked at them.</summary>
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

    /// <summary>What to read now, both ends included. What is found from now on is for the next time.</summary>
    public (long From, long Until) Take()
    {
        // A key changes once in a revision; of a range there may be more, and changes of one revision stay together.
        var until = _last == ToNewest || range.Kind == KvRangeKind.Key ? _last : Position.LastOf(Position.RevisionOf(_last));
        var from = Math.Max(_first, _next);
        _last = Nothing;
        return (from, until);
    }

    /// <summary>Accounts for what was read.</summary>
    /// <param name="through">The last position accounted for.</param>
    /// <param name="until">What was to be read, see <see cref="Take"/>.</param>
    /// <param name="complete">False if that was too much for once.</param>
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
