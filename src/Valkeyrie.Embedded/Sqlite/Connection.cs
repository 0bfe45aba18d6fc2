using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>One connection to a database with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    // For pragmas and for texts of statements that are used once.
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Connection(sqlite3 handle, string file)
    {
        Handle = handle;
        File = file;
    }

    public sqlite3 Handle { get; }

    /// <summary>The file as errors name it.</summary>
    public string File { get; }

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Opens a database that exists.</summary>
    public static Connection Open(string file, TimeSpan busyTimeout) =>
        Open(SqlitePath.Of(file, OperatingSystem.IsWindows()), file, raw.SQLITE_OPEN_READWRITE, busyTimeout);

    /// <summary>Opens a database of its own in memory.</summary>
    public static Connection OpenInMemory(string name) => Open(":memory:", name, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, TimeSpan.Zero);

    /// <summary>Opens the bare file as it lies there, without its log, without locks, never writing anything.</summary>
    public static Connection OpenToInspect(string file) =>
        Open(SqlitePath.Immutable(file, OperatingSystem.IsWindows()), file, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, TimeSpan.Zero);

    /// <summary>The prepared statement of a text, kept for the next time.</summary>
    public Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Prepare(sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>A statement that is not worth keeping; the caller disposes it.</summary>
    public Statement Prepare(string sql)
    {
        var result = raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return result == raw.SQLITE_OK ? new Statement(this, statement) : throw SqliteErrors.From(this, result);
    }

    /// <summary>Runs one statement that is not worth keeping.</summary>
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

    /// <summary>How long SQLite waits by itself where another connection is in the way.</summary>
    public void WaitWhenBusy(TimeSpan timeout) => _ = raw.sqlite3_busy_timeout(Handle, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue));

    /// <summary>Ends the transaction that is open, if one is: SQLite has ended it by itself after some errors.</summary>
    public void RollBack()
    {
        if (InTransaction)
        {
            _ = Prepared("ROLLBACK").TryStep();
        }
    }

    /// <summary>Closes without moving anything from the log to the file.</summary>
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

    // A store has no triggers and views. Those of a file that somebody else has made do not run, nor functions with effects in what its schema
    // computes, and no statement can damage the file (https://www.sqlite.org/security.html).
    private void RunNothingOfTheFile()
    {
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, out _);
        _ = raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_DEFENSIVE, 1, out _);
    }
}
