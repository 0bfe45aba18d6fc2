using SQLitePCL;
using Valkeyrie.Embedded.Sqlite;
using Valkeyrie.Embedded.Storage;

namespace Valkeyrie.Embedded.Files;

/// <summary>Inspects a file before it is opened for use, without changing a byte: a file that is not a store, or a store of an unknown version, remains
/// unchanged.</summary>
internal static class Inspection
{
    // The header of SQLite's log; a longer log contains changes.
    private const long LogHeaderBytes = 32;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Refuses a file that is not a store.</summary>
    public static void Check(string path, TimeSpan timeout)
    {
        // The log is next to the file itself, not next to a link to it.
        path = RealPath.Of(path);
        var until = DateTime.UtcNow + timeout;
        while (true)
        {
            var before = Shape(path);
            try
            {
                CheckAsItIs(path, before.Length);
                return;
            }
            catch (KvException e) when (e.Code == KvErrorCode.CorruptStore && (IsBeingMade(path) || Shape(path) != before) && DateTime.UtcNow < until)
            {
                // Another process is creating the file, so the inspection may have seen half of it.
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>Refuses to create a file next to a log, which belongs to another file.</summary>
    public static void CheckNoLog(string path)
    {
        if (HasLog(path))
        {
            throw new KvException(KvErrorCode.CorruptStore,
                $"'{path}' does not exist, but its log does: '{path}-wal'. Restore the file of this log, or move the log away to start with an empty store.") { Endpoint = path };
        }
    }

    public static KvException Foreign(string path) =>
        new(KvErrorCode.CorruptStore, $"'{path}' is a database of another program, not a store. Specify another path.") { Endpoint = path };

    private static void CheckAsItIs(string path, long length)
    {
        // The log first: a writer ties the log to the file before writing to it.
        using var log = WriteAheadLog.TryOpen(path + "-wal");
        var hasLog = HasLog(path);
        if (length == 0)
        {
            if (hasLog)
            {
                throw new KvException(KvErrorCode.CorruptStore, $"'{path}' is empty, but its log is not: the file was truncated. Restore it from a copy.") { Endpoint = path };
            }

            return;
        }

        using var connection = Connection.OpenToInspect(path);
        var header = connection.Prepared("PRAGMA application_id");
        var result = header.TryStep();
        if (result != raw.SQLITE_ROW)
        {
            // The rest of the file may be in its log, after a crash at the wrong moment. SQLite combines them when it opens the file.
            if (hasLog && (result & 0xFF) == raw.SQLITE_CORRUPT)
            {
                return;
            }

            throw SqliteErrors.From(connection, result);
        }

        if (header.Int64(0) != Schema.ApplicationId)
        {
            throw Foreign(path);
        }

        // Before the file is opened for use, which creates files next to it. The content of its log is checked afterwards.
        Schema.CheckObjects(connection);

        CheckLog(connection, log);

        // SQLite detects a missing page, but not a truncated one.
        if (!hasLog && length % connection.Scalar("PRAGMA page_size") != 0)
        {
            throw new KvException(KvErrorCode.CorruptStore, $"'{path}' is damaged: it was truncated in the middle of a page. Restore it from a copy.") { Endpoint = path };
        }
    }

    private static void CheckLog(Connection connection, WriteAheadLog? log)
    {
        if (log is null || connection.Scalar("PRAGMA user_version") < Schema.FirstWithLog || LogTie.IsTied(Schema.LogOf(connection), log.FirstSalt))
        {
            return;
        }

        // A process killed while tying the log has written nothing else to it.
        var page = Schema.LogPage(connection);
        if (log.CommittedPages().Any(p => p != page))
        {
            throw new KvException(KvErrorCode.CorruptStore,
                $"The log '{connection.File}-wal' belongs to another file than '{connection.File}', or to another state of this file, for example because a backup was restored "
                + "after a crash. Move the log away to open the file without it, or restore the file of this log.") { Endpoint = connection.File };
        }
    }

    private static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > LogHeaderBytes };

    private static bool IsBeingMade(string path) => File.Exists(path + "-journal");

    private static (long Length, DateTime Written, long LogLength, DateTime LogWritten) Shape(string path)
    {
        var file = new FileInfo(path);
        var log = new FileInfo(path + "-wal");
        var (logLength, logWritten) = log.Exists ? (log.Length, log.LastWriteTimeUtc) : default;
        return file.Exists ? (file.Length, file.LastWriteTimeUtc, logLength, logWritten) : (0, default, logLength, logWritten);
    }
}
