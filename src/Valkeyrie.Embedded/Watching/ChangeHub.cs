using System.Runtime.CompilerServices;
using Valkeyrie.Embedded.Databases;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Watching;

/// <summary>Wakes watches when one of their keys has changed, in this process or in another.</summary>
/// <remarks>One thread reads the keys of new changes: immediately after a commit of this process, and every few milliseconds for other processes, while any
/// watch exists. It passes on only the positions of the changes: a woken watch reads its own changes from the history, at its own pace, so the backlog of a
/// slow watch stays on the disk.</remarks>
#pragma warning disable CA1001 // a last commit may set its event after it was closed; the garbage collector frees everything in it
internal sealed class ChangeHub
#pragma warning restore CA1001
{
    // A change of another process is noticed after about this time at the latest.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private const int ScanLimit = 4096;

    private readonly Database _database;
    private readonly Func<Exception> _closedError;
    private readonly object _gate = new();
    private readonly WatcherIndex _watchers = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly Action<Watcher, long> _found;
    private Thread? _thread;
    private volatile bool _isWatched;
    private volatile bool _closed;

    // The last position that was read; the end of its revision if nothing followed. The next change has the next position, because a revision's changes have no
    // gaps: otherwise some were removed.
    private long _scanned;

    public ChangeHub(Database database, Func<Exception> closedError)
    {
        _database = database;
        _closedError = closedError;
        _found = static (watcher, position) => watcher.Found(position);
        database.Committed = Signal;
    }

    /// <summary>Streams every change of a range from a revision on.</summary>
    public async IAsyncEnumerable<IReadOnlyList<KvEvent>> WatchAsync(
        KvRange range, KeyInterval interval, long fromRevision, bool previousValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = new Watcher(range, interval, Position.FirstOf(fromRevision));
        Add(watcher);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long from, until;
                while (!TryTake(watcher, out from, out until))
                {
                    await watcher.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                var (events, through, complete) = _database.Read(
                    (watcher, from, until, previousValue),
                    static (reader, state) => reader.InOneState(
                        state, static (r, s) => EventReader.Read(r, s.watcher.Range, s.watcher.Interval, s.from, s.until, s.previousValue)));
                lock (_gate)
                {
                    watcher.Account(through, until, complete);
                }

                if (events.Count > 0)
                {
                    yield return events;
                }
            }
        }
        finally
        {
            Remove(watcher);
        }
    }

    /// <summary>Ends every watch.</summary>
    public void Close()
    {
        Thread? thread;
        lock (_gate)
        {
            _closed = true;
            foreach (var watcher in _watchers.All)
            {
                watcher.Fail(_closedError());
            }

            thread = _thread;
            _thread = null;
        }

        _changed.Set();
        thread?.Join();
    }

    private void Signal()
    {
        if (_isWatched)
        {
            _changed.Set();
        }
    }

    private void Add(Watcher watcher)
    {
        var newest = _database.Read(0, static (reader, _) => reader.NewestPosition());
        lock (_gate)
        {
            if (_closed)
            {
                throw _closedError();
            }

            if (_watchers.Count == 0)
            {
                _scanned = Position.LastOf(Position.RevisionOf(newest));
            }

            _watchers.Add(watcher);
            _isWatched = true;
            if (_thread is null)
            {
                _thread = new Thread(Loop) { IsBackground = true, Name = "Valkeyrie watch" };
                _thread.Start();
            }
        }

        _changed.Set();
    }

    private void Remove(Watcher watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
            _isWatched = _watchers.Count > 0;
        }
    }

    private bool TryTake(Watcher watcher, out long from, out long until)
    {
        lock (_gate)
        {
            if (watcher.Failure is { } failure)
            {
                throw failure;
            }

            var isBehind = watcher.IsBehind;
            (from, until) = isBehind ? watcher.Take() : default;
            return isBehind;
        }
    }

    private void Loop()
    {
        while (!_closed)
        {
            try
            {
                while (_isWatched && !_closed && Scan())
                {
                }
            }
            catch (KvTimeoutException)
            {
                // Another process locks the file for a moment; the next read will succeed.
            }
            catch (Exception e)
            {
                // A watch that can no longer receive changes must not wait for them.
                lock (_gate)
                {
                    foreach (var watcher in _watchers.All)
                    {
                        watcher.Fail(e);
                    }
                }
            }

            _changed.WaitOne(_isWatched && _database.IsShared ? PollInterval : Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reads new changes; true if more may follow.</summary>
    private bool Scan() => !_closed && _database.Read(this, static (reader, hub) => hub.Scan(reader));

    private bool Scan(PairReader reader)
    {
        var rows = reader.Connection.Prepared("SELECT position, key FROM history WHERE position > ?1 ORDER BY position").Bind(1, _scanned);
        if (!rows.Step())
        {
            return false;
        }

        try
        {
            lock (_gate)
            {
                var position = rows.Int64(0);
                if (position > _scanned + 1)
                {
                    // Changes were removed before they were read here: each watch determines the effect itself.
                    foreach (var watcher in _watchers.All)
                    {
                        watcher.LookAfter(_scanned);
                    }
                }

                for (var left = ScanLimit; left > 0; left--)
                {
                    _scanned = position;
                    _watchers.ForEach(rows.Blob(1), position, _found);
                    if (!rows.Step())
                    {
                        _scanned = Position.LastOf(Position.RevisionOf(position));
                        return false;
                    }

                    position = rows.Int64(0);
                }

                _scanned = position - 1;
                return true;
            }
        }
        finally
        {
            rows.Reset();
        }
    }
}
