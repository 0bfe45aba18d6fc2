using System.Diagnostics;
using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Files;

/// <summary>Ties the log of a file to it. SQLite takes whatever log lies beside a file for its own: one that a killed process has left undoes a backup
/// that is put in the file's place, and damages the file of another store.</summary>
/// <remarks>The first salt of a log is random when the log is made, and grows by one each time that it starts again. It is recorded in the file itself, past
/// the log, before anything else is written to the log. So a log whose salt is not near the recorded one is not this file's.</remarks>
/// <param name="connection">A connection that writes, outside of a transaction.</param>
/// <param name="path">The file.</param>
/// <param name="timeout">How long to wait for other processes.</param>
internal sealed class LogTie(Connection connection, string path, TimeSpan timeout)
{
    // A log may start again this many times (once in 16 MiB of changes or less) before the salt is recorded again.
    private const uint Reach = 1 << 16;
    private const long MillisecondsBetweenLooks = 60_000;
    private const int TriesWithoutPause = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly string _log = RealPath.Of(path) + "-wal";
    private long _recorded = Schema.NoLog;
    private long _lookAt = long.MinValue;

    /// <summary>True if a log with this salt goes with a file that records this one.</summary>
    public static bool IsTied(long recorded, uint firstSalt) => recorded != Schema.NoLog && firstSalt - (uint)recorded < Reach;

    /// <summary>To be called before each write: sees to it that the log is tied to the file.</summary>
    /// <exception cref="KvTimeoutException">Another process was in the way for too long.</exception>
    public void Ensure()
    {
        if (Environment.TickCount64 < _lookAt)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        for (var tries = 1; !TryEnsure(); tries++)
        {
            if (Stopwatch.GetElapsedTime(started) >= timeout)
            {
                throw new KvTimeoutException($"Another process keeps '{path}' busy: its log could not be started within {timeout.TotalSeconds:0.###} s. Try again.") { Endpoint = path };
            }

            if (tries > TriesWithoutPause)
            {
                Thread.Sleep(Pause);
            }
        }

        _lookAt = Environment.TickCount64 + MillisecondsBetweenLooks;
    }

    private bool TryEnsure()
    {
        var salt = SaltOfLog();
        if (salt is { } tied && IsFresh(_recorded, tied))
        {
            return true;
        }

        if (salt is { } lying && InFile() is var recorded && IsFresh(recorded, lying))
        {
            _recorded = recorded;
            return true;
        }

        // A log gets its salts from its first transaction. The second one can record them.
        if (salt is not { } found || !IsFresh(Schema.LogOf(connection), found))
        {
            TryRecord(salt ?? 0);
            return false;
        }

        MoveToFile();
        return false;
    }

    // Recorded well before the reach ends, since nobody looks all the time.
    private static bool IsFresh(long recorded, uint salt) => IsTied(recorded, salt) && salt - (uint)recorded < Reach / 2;

    private uint? SaltOfLog()
    {
        using var log = WriteAheadLog.TryOpen(_log);
        return log?.CommittedPages().Any() == true ? log.FirstSalt : null;
    }

    private long InFile()
    {
        try
        {
            using var file = Connection.OpenToInspect(path);
            return Schema.LogOf(file);
        }
        catch (KvException)
        {
            // Another process moves pages from the log to the file just now, or the table is still in the log alone.
            return Schema.NoLog;
        }
    }

    private void TryRecord(uint salt)
    {
        try
        {
            // Moving it to the file syncs the log, too.
            connection.Execute("PRAGMA synchronous = NORMAL");
            if (connection.Prepared("BEGIN IMMEDIATE").TryStep() != raw.SQLITE_DONE)
            {
                return;
            }

            Schema.SetLog(connection, salt);
            connection.Prepared("COMMIT").Run();
        }
        finally
        {
            connection.RollBack();
            connection.Execute("PRAGMA synchronous = FULL");
        }
    }

    private void MoveToFile()
    {
        using var checkpoint = connection.Prepare("PRAGMA wal_checkpoint(PASSIVE)");
        while (checkpoint.TryStep() == raw.SQLITE_ROW)
        {
        }
    }
}
