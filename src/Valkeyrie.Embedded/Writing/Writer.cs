using System.Diagnostics;
using SQLitePCL;
using Valkeyrie.Embedded.Files;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Writing;

/// <summary>Combines requests into SQLite transactions, so that many share one sync to the disk.</summary>
/// <param name="pairs">Writes the pairs.</param>
/// <param name="bounds">The bounds of the history.</param>
/// <param name="timeout">The longest wait for other processes.</param>
/// <param name="clock">The clock of the leases.</param>
/// <param name="file">The file; null for a database in memory.</param>
internal sealed class Writer(PairWriter pairs, HistoryBounds bounds, TimeSpan timeout, StoreClock clock, OpenedFile? file = null)
{
    // Other processes that wait for the file check it about once per millisecond. A process that would write again at once must leave them this time.
    private static readonly TimeSpan YieldPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ContentionLasts = TimeSpan.FromMilliseconds(200);

    // More expired leases than this are ended in several transactions, so that the file is not blocked for seconds.
    private const int LeasesAtOnce = 1024;

    private readonly Connection _connection = pairs.Reader.Connection;
    private readonly Statement _begin = pairs.Reader.Connection.Prepared("BEGIN IMMEDIATE");
    private readonly Statement _commit = pairs.Reader.Connection.Prepared("COMMIT");
    private long _lastWritten;
    private long _othersSeenAt = long.MinValue;
    private long _oldest;

    /// <summary>The time of the leases' clock, in milliseconds since 1970, UTC.</summary>
    public long Now => clock.Now;

    /// <summary>The time at which the next lease ends, as far as this process knows, in milliseconds since 1970, UTC; <see cref="long.MaxValue"/> for
    /// never.</summary>
    public long NextDeadline => Volatile.Read(ref _nextDeadline);

    private long _nextDeadline = long.MinValue;

    /// <summary>True if another process wrote within the last moments.</summary>
    public bool SawOthersLately => _othersSeenAt != long.MinValue && Stopwatch.GetElapsedTime(_othersSeenAt) < ContentionLasts;

    /// <summary>Commits the requests in one transaction. If it fails, each request gets a separate transaction, so that none fails because of
    /// another.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="written">Called after each commit, before the callers are notified.</param>
    public void Commit(IReadOnlyList<WriteRequest> requests, Action written)
    {
        Exception?[]? refusals;
        try
        {
            Begin();
            refusals = CommitBegun(requests, written);
        }
        catch (Exception e) when (requests.Count == 1 || e is KvTimeoutException or KvFileReplacedException)
        {
            Fail(requests, e);
            return;
        }
        catch (Exception)
        {
            foreach (var request in requests)
            {
                Commit([request], written);
            }

            return;
        }

        written();
        Acknowledgement.Tell(requests, refusals);
    }

    /// <summary>Commits a request at once; false if another process currently blocks the file.</summary>
    public bool TryCommitNow(WriteRequest request, Action written)
    {
        Exception?[]? refusals;
        try
        {
            if (!TryBegin())
            {
                return false;
            }

            refusals = CommitBegun([request], written);
        }
        catch (Exception e)
        {
            request.Fail(e);
            return true;
        }

        written();
        Acknowledgement.Tell([request], refusals);
        return true;
    }

    /// <summary>Reads the time at which the next lease ends; another process may have granted one.</summary>
    public void LookForDeadline(PairReader reader) =>
        Volatile.Write(ref _nextDeadline, reader.Connection.Prepared("SELECT min(deadline) FROM leases").Scalar(long.MaxValue));

    /// <summary>Delays the next check for expired leases, after one that failed.</summary>
    public void PutOffDeadline(TimeSpan pause) => Volatile.Write(ref _nextDeadline, Now + (long)pause.TotalMilliseconds);

    /// <summary>Pauses for a moment if other processes also write.</summary>
    public void GiveWay()
    {
        if (SawOthersLately)
        {
            Thread.Sleep(YieldPause);
        }
    }

    private static void Fail(IReadOnlyList<WriteRequest> requests, Exception error)
    {
        foreach (var request in requests)
        {
            request.Fail(error);
        }
    }

    /// <summary>Performs the requests in the transaction that has begun, or in a later one if many leases must be ended first; returns the errors of refused
    /// requests, null if none was refused.</summary>
    private Exception?[]? CommitBegun(IReadOnlyList<WriteRequest> requests, Action written)
    {
        try
        {
            Exception?[]? refusals;
            while (!TryCommitBegun(requests, out refusals))
            {
                written();
                GiveWay();
                Begin();
            }

            return refusals;
        }
        finally
        {
            _connection.RollBack();
        }
    }

    /// <summary>Commits; false if so many leases were ended that the requests must wait for another transaction.</summary>
    private bool TryCommitBegun(IReadOnlyList<WriteRequest> requests, out Exception?[]? refusals)
    {
        var newest = pairs.Reader.NewestPosition();
        NoteOthers(newest);
        var revision = Position.RevisionOf(newest);
        pairs.Begin(revision, Now);
        var isDue = pairs.Now >= _nextDeadline;
        var haveAllEnded = !isDue || Leases.TryEndExpired(pairs, LeasesAtOnce);
        refusals = haveAllEnded ? Run(requests) : null;
        if (isDue || pairs.HasChangedLeases)
        {
            LookForDeadline(pairs.Reader);
        }

        ForgetBeyondCount(pairs.Revision - revision);
        _commit.Run();

        // Last of all, so that a write acknowledged after this check was made to the file at the path.
        file?.Guard.Check(written: true);
        _lastWritten = pairs.Revision;
        return haveAllEnded;
    }

    private Exception?[]? Run(IReadOnlyList<WriteRequest> requests)
    {
        Exception?[]? refusals = null;
        for (var i = 0; i < requests.Count; i++)
        {
            pairs.BeginRequest();
            try
            {
                requests[i].Run(pairs);
            }
            catch (Exception e) when (!pairs.IsRequestDirty && _connection.InTransaction)
            {
                (refusals ??= new Exception?[requests.Count])[i] = e;
            }
        }

        return refusals;
    }

    // SQLite's own wait doubles its pauses up to 100 ms, which starves a process that waits for a busy writer.
    private void Begin()
    {
        var started = Stopwatch.GetTimestamp();
        while (!TryBegin())
        {
            if (Stopwatch.GetElapsedTime(started) >= timeout)
            {
                throw new KvTimeoutException($"Another process keeps '{_connection.File}' busy: the store could not be written within {timeout.TotalSeconds:0.###} s. Try again.")
                { Endpoint = _connection.File };
            }

            Thread.Sleep(YieldPause);
        }
    }

    private bool TryBegin()
    {
        file?.Guard.CheckNowAndThen();
        file?.Tie.Ensure();
        var result = _begin.TryStep();
        if (SqliteErrors.IsBusy(result))
        {
            _othersSeenAt = Stopwatch.GetTimestamp();
            return false;
        }

        return result == raw.SQLITE_DONE ? true : throw SqliteErrors.From(_connection, result);
    }

    private void NoteOthers(long newestPosition)
    {
        if (_lastWritten != 0 && Position.RevisionOf(newestPosition) != _lastWritten)
        {
            _othersSeenAt = Stopwatch.GetTimestamp();
        }
    }

    // A few rows in the transaction of the writes that made it necessary: without a separate pause or sync, and at the pace of the writes.
    private void ForgetBeyondCount(long written)
    {
        var allowed = bounds.Revisions + Math.Min(bounds.Revisions / 16, 512);
        if (written == 0 || pairs.Revision - _oldest < allowed)
        {
            return;
        }

        _oldest = pairs.Reader.OldestRevision();
        var keep = pairs.Revision - bounds.Revisions + 1;
        for (var steps = 1 + (written / 256); steps > 0 && _oldest < keep && Compaction.Step(pairs, keep); steps--)
        {
        }

        _oldest = pairs.Reader.OldestRevision();
    }
}
