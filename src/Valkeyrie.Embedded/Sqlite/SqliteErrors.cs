using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Converts SQLite's result codes (https://www.sqlite.org/rescode.html) to the contract's errors, so that callers see none of the codes.</summary>
internal static class SqliteErrors
{
    private const int PrimaryCode = 0xFF;

    // SQLITE_IOERR_CORRUPTFS, which the binding does not define.
    private const int CorruptFileSystem = raw.SQLITE_IOERR | (33 << 8);

    /// <summary>Checks whether another connection blocks this one, so that a later attempt may succeed.</summary>
    public static bool IsBusy(int code) => (code & PrimaryCode) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    public static KvException From(Connection connection, int code)
    {
        var extended = raw.sqlite3_extended_errcode(connection.Handle);
        if ((extended & PrimaryCode) == (code & PrimaryCode))
        {
            code = extended;
        }

        return From(code, raw.sqlite3_errmsg(connection.Handle).utf8_to_string(), connection.File);
    }

    private static KvException From(int code, string said, string file) => (code & PrimaryCode) switch
    {
        raw.SQLITE_CORRUPT => new KvException(KvErrorCode.CorruptStore, $"'{file}' is damaged: SQLite reports '{said}'. Restore it from a copy, or move it away to start with an empty store.") { Endpoint = file },
        raw.SQLITE_NOTADB => new KvException(KvErrorCode.CorruptStore, $"'{file}' is not a store: it is not an SQLite database. Specify another path, or move the file away.") { Endpoint = file },

        // The store's own statements are correct, so the file's tables are not.
        raw.SQLITE_ERROR or raw.SQLITE_MISMATCH or raw.SQLITE_CONSTRAINT or raw.SQLITE_SCHEMA =>
            new KvException(KvErrorCode.CorruptStore, $"'{file}' does not have the tables of a store: SQLite reports '{said}'.") { Endpoint = file },

        raw.SQLITE_FULL => new KvException(KvErrorCode.QuotaExceeded, $"'{file}' cannot grow: the disk is full. Nothing was written. Free some space and try again.") { Endpoint = file },
        raw.SQLITE_TOOBIG => new KvException(KvErrorCode.QuotaExceeded, $"The value is larger than '{file}' allows (about 1,000,000,000 bytes). Store it elsewhere and keep its location here.") { Endpoint = file },
        raw.SQLITE_NOMEM => new KvException(KvErrorCode.QuotaExceeded, $"There is not enough memory to use '{file}'.") { Endpoint = file },
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
            new KvPermissionDeniedException($"'{file}' cannot be written. The file and its folder must be writable by the user.") { Endpoint = file },
        raw.SQLITE_CANTOPEN => new KvPermissionDeniedException(
            $"'{file}' cannot be opened, or its files -wal and -shm cannot be created. The file and its folder must be writable by the user.")
        { Endpoint = file },
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new KvTimeoutException($"Another process keeps '{file}' busy. Try again.") { Endpoint = file },
        raw.SQLITE_IOERR => FromInputOutput(code, file),
        _ => new KvUnreachableException(KvUnreachableReason.Unavailable, $"'{file}' cannot be used: SQLite reports '{said}' ({code}).") { Endpoint = file },
    };

    private static KvException FromInputOutput(int code, string file) => code switch
    {
        // SQLite reports "full" only for a full disk; a user's quota and a limit on file sizes appear as failed writes.
        raw.SQLITE_IOERR_WRITE => new KvException(
            KvErrorCode.QuotaExceeded,
            $"'{file}' could not be written: a quota or a file size limit is reached, or the disk failed. Nothing was written.") { Endpoint = file },
        CorruptFileSystem => new KvException(KvErrorCode.CorruptStore, $"The file system of '{file}' is damaged. Check the disk.") { Endpoint = file },
        _ => new KvUnreachableException(KvUnreachableReason.Unavailable, $"The disk of '{file}' failed (SQLite's code {code}). Check the disk.") { Endpoint = file },
    };
}
