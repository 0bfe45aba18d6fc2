using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>A prepared statement: bind, step, read columns, reset. Its text is parsed once for each connection.</summary>
/// <remarks>Parameters are numbered from 1 and columns from 0, as SQLite does. Spans are valid until the next step or reset.</remarks>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    public Statement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Moves to the next row; false at the end, when the statement has reset itself.</summary>
    public bool Step()
    {
        var result = TryStep();
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw SqliteErrors.From(connection, result),
        };
    }

    /// <summary>Works as <see cref="Step"/>, but returns SQLite's result code.</summary>
    public int TryStep()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW)
        {
            return result;
        }

        // The error must be read before the reset, which has its own result.
        var extended = result == raw.SQLITE_DONE ? result : raw.sqlite3_extended_errcode(connection.Handle);
        _ = raw.sqlite3_reset(handle);
        return extended;
    }

    /// <summary>Runs a statement without rows.</summary>
    public void Run()
    {
        if (Step())
        {
            Reset();
        }
    }

    /// <summary>Runs a statement that returns one number; <paramref name="missing"/> if it returns no row or NULL.</summary>
    public long Scalar(long missing)
    {
        if (!Step())
        {
            return missing;
        }

        var value = IsNull(0) ? missing : Int64(0);
        Reset();
        return value;
    }

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public void Dispose() => handle.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw SqliteErrors.From(connection, result);
        }
    }
}
