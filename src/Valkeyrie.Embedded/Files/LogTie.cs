using System.Diagnostics;
using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Files;

/// <summary>Ties the log of a file to the file. SQLite uses any log next to a file: the log of a killed process would undo a backup that replaces the file, and
/// would damage the file of another store.</summary>
/// <remarks>The first salt of a log is random when the log is created, and grows by one at each restart of the log. It is recorded in the file itself,
/// bypassing the log, before anything else is written to the log. So a log with a salt far from the recorded one belongs to another file.</remarks>
/// <param name="connection">A writing connection, outside of a transaction.</param>
/// <param name="path">The file.</param>
/// <param name="timeout">The longest wait for other processes.</param>
internal sealed class LogTie(Connection connection, string path, TimeSpan timeout)
{
    // The number of restarts of a log (one for 16 MiB of changes or less) before the salt is recorded again.
    private const uint Reach = 1 << 16;
    private const long MillisecondsBetweenLooks = 60_000;
    private const int TriesWithoutPause = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly string _log = RealPath.Of(path) + "-wal";
    private long _recorded = Schema.NoLog;
    private long _lookAt = long.MinValue;

    /// <summary>Checks whether a log with this salt belongs to a file with the recorded one.</summary>
    public static bool IsTied(long recorded, uint firstSalt) => recorded != Schema.NoLog && firstSalt - (uint)recorded < Reach;

    /// <summary>Ties the log to the file. Call it before each write.</summary>
    /// <exception cref="KvTimeoutException">Another process blocked the file for too long.</exception>
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

        // A log gets its salts with its first transaction. The second one can record them.
        if (salt is not { } found || !IsFresh(Schema.LogOf(connection), found))
        {
            TryRecord(salt ?? 0);
            return false;
        }

        MoveToFile();
        return false;
    }

    // Recorded well before the limit, because it is not checked continuously.
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
            // Another process is moving pages from the log to the file, or the table is still only in the log.
            return Schema.NoLog;
        }
    }

    private void TryRecord(uint salt)
    {
        try
        {
            // Moving the log to the file also syncs the log.
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
