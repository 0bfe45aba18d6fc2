using System.Diagnostics;
using SQLitePCL;
using Valkeyrie.Embedded.Files;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Writing;

/// <summary>Makes transactions of SQLite out of requests: many in one, so that they share one sync to the disk.</summary>
/// <param name="pairs">Where to write.</param>
/// <param name="bounds">How much history to keep.</param>
/// <param name="timeout">How long to wait for other processes.</param>
/// <param name="clock">The clock by which leases end.</param>
/// <param name="file">The file; null for a database in memory.</param>
internal sealed class Writer(PairWriter pairs, HistoryBounds bounds, TimeSpan timeout, StoreClock clock, OpenedFile? file = null)
{
    // Others that wait for the file look at it about once in a millisecond. One that wrote and would go on at once must leave them that time.
    private static readonly TimeSpan YieldPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ContentionLasts = TimeSpan.FromMilliseconds(200);

    // What ends more leases than this makes several transactions of it: it must not keep the file to itself for seconds.
    private const int LeasesAtOnce = 1024;

    private readonly Connection _connection = pairs.Reader.Connection;
    private readonly Statement _begin = pairs.Reader.Connection.Prepared("BEGIN IMMEDIATE");
    private readonly Statement _commit = pairs.Reader.Connection.Prepared("COMMIT");
    private long _lastWritten;
    private long _othersSeenAt = long.MinValue;
    private long _oldest;

    /// <summary>The time by which leases end, in milliseconds since 1970, UTC.</summary>
    public long Now => clock.Now;

    /// <summary>When the next lease ends, in milliseconds since 1970, UTC; <see cref="long.MaxValue"/> for never. As far as this process knows.</summary>
    public long NextDeadline => Volatile.Read(ref _nextDeadline);

    private long _nextDeadline = long.MinValue;

    /// <summary>True if another process wrote within the last moments.</summary>
    public bool SawOthersLately => _othersSeenAt != long.MinValue && Stopwatch.GetElapsedTime(_othersSeenAt) < ContentionLasts;

    /// <summary>Makes the requests in one transaction. Where that fails each gets one of its own, so that none fails for another's fault.</summary>
    /// <param name="requests">What to write.</param>
    /// <param name="written">Called after each commit, before those who wait for it learn of it.</param>
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

    /// <summary>Makes a request unless another process is in the way just now; false if one is.</summary>
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

    /// <summary>Looks when the next lease ends; another process may have made one.</summary>
    public void LookForDeadline(PairReader reader) =>
        Volatile.Write(ref _nextDeadline, reader.Connection.Prepared("SELECT min(deadline) FROM leases").Scalar(long.MaxValue));

    /// <summary>Puts off the next look for ended leases, after one that failed.</summary>
    public void PutOffDeadline(TimeSpan pause) => Volatile.Write(ref _nextDeadline, Now + (long)pause.TotalMilliseconds);

    /// <summary>Gives way for a moment if other processes write, too.</summary>
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

    /// <summary>Makes the requests in the transaction that has begun, or in a later one where many leases are to be ended before; gives what those
    /// were refused with that were, null if none was.</summary>
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

    /// <summary>Commits; false if there were so many leases to end that the requests must wait for another transaction.</summary>
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

        // Last of all: a write that is acknowledged after this was in the file that everybody finds.
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

    // SQLite's own waiting doubles its pauses up to 100 ms, which starves whoever waits beside a busy writer.
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

    // A little in the transaction of those who made it necessary: no pause of its own, no sync of its own, and it keeps pace.
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
