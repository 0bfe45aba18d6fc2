using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>A connection to a database with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    // Pragmas and statements that run once are not kept here.
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Connection(sqlite3 handle, string file)
    {
        Handle = handle;
        File = file;
    }

    public sqlite3 Handle { get; }

    /// <summary>The file, for error messages.</summary>
    public string File { get; }

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>True if the last statement that can change rows has changed any.</summary>
    public bool HasChangedRows => raw.sqlite3_changes(Handle) > 0;

    /// <summary>Opens an existing database.</summary>
    public static Connection Open(string file, TimeSpan busyTimeout) =>
        Open(SqlitePath.Of(file, OperatingSystem.IsWindows()), file, raw.SQLITE_OPEN_READWRITE, busyTimeout);

    /// <summary>Opens a new database in memory.</summary>
    public static Connection OpenInMemory(string name) => Open(":memory:", name, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, TimeSpan.Zero);

    /// <summary>Opens only the file, without its log and without locks, and never writes.</summary>
    public static Connection OpenToInspect(string file) =>
        Open(SqlitePath.Immutable(file, OperatingSystem.IsWindows()), file, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, TimeSpan.Zero);

    /// <summary>Returns the prepared statement of a text, which is kept for later calls.</summary>
    public Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Prepare(sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Prepares a statement that is not kept; the caller disposes it.</summary>
    public Statement Prepare(string sql)
    {
        var result = raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return result == raw.SQLITE_OK ? new Statement(this, statement) : throw SqliteErrors.From(this, result);
    }

    /// <summary>Runs a statement that is not kept.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    public long Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Scalar(0);
    }

    public string Text(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Sets the time for which SQLite itself waits for another connection.</summary>
    public void WaitWhenBusy(TimeSpan timeout) => _ = raw.sqlite3_busy_timeout(Handle, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue));

    /// <summary>Rolls back the open transaction, if any: SQLite ends it after some errors.</summary>
    public void RollBack()
    {
        if (InTransaction)
        {
            _ = Prepared("ROLLBACK").TryStep();
        }
    }

    /// <summary>Closes the connection without moving the log into the file.</summary>
    public void CloseAsItIs()
    {
        if (!Handle.IsClosed)
        {
            _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        }

        Dispose();
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        Handle.Dispose();
    }

    private static Connection Open(string name, string file, int flags, TimeSpan busyTimeout)
    {
        NativeSqlite.EnsureReady();
        var result = raw.sqlite3_open_v2(name, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var connection = new Connection(handle, file);
        if (result == raw.SQLITE_OK)
        {
            connection.RunNothingOfTheFile();
            connection.WaitWhenBusy(busyTimeout);
            return connection;
        }

        try
        {
            throw SqliteErrors.From(connection, result);
        }
        finally
        {
            connection.Dispose();
        }
    }

    // A store has no triggers and views. Those of a file from another program do not run, nor do functions with side effects in its schema, and no statement
    // can damage the file (https://www.sqlite.org/security.html).
    private void RunNothingOfTheFile()
    {
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_DEFENSIVE, 1, out _);
    }
}
