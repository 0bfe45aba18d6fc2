using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>A prepared statement: bind, step, read columns, reset. Its text is parsed once for each connection.</summary>
/// <remarks>Parameters are numbered from 1 and columns from 0, as SQLite does. Spans are valid until the next step or reset.</remarks>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    // SQLite reads a null pointer as NULL, not as an empty value.
    private static readonly byte Empty;

    // Zero after the end, which SQLite refuses.
    private nint _statement = handle.DangerousGetHandle();

    public Statement Bind(int index, long value)
    {
        Check(StatementCalls.BindInt64(_statement, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        Check(StatementCalls.BindBlob(_statement, index, in value.IsEmpty ? ref Empty : ref MemoryMarshal.GetReference(value), value.Length, StatementCalls.Copied));
        return this;
    }

    /// <summary>Binds bytes without a copy. They must stay unchanged while the statement runs; bind again before each run.</summary>
    public Statement Bind(int index, PinnedBytes value)
    {
        Check(StatementCalls.BindUnchanged(_statement, index, value.Address, value.Length, StatementCalls.Unchanged));
        return this;
    }

    /// <summary>Binds a value in the current row of another statement, not NULL, without a copy. Run this statement before that one moves.</summary>
    public Statement Bind(int index, Statement row, int column)
    {
        var value = StatementCalls.Blob(row._statement, column);
        if (value == 0)
        {
            return Bind(index, ReadOnlySpan<byte>.Empty);
        }

        Check(StatementCalls.BindUnchanged(_statement, index, value, StatementCalls.Bytes(row._statement, column), StatementCalls.Unchanged));
        return this;
    }

    public Statement BindNull(int index)
    {
        Check(StatementCalls.BindNull(_statement, index));
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
        var result = StatementCalls.Step(_statement);
        switch (result)
        {
            case raw.SQLITE_ROW:
                break;
            case raw.SQLITE_DONE:
                _ = StatementCalls.ResetEnded(_statement);
                break;
            default:
                // The error must be read before the reset, which has its own result.
                result = raw.sqlite3_extended_errcode(connection.Handle);
                _ = StatementCalls.Reset(_statement);
                break;
        }

        GC.KeepAlive(this);
        return result;
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

    public long Int64(int column) => StatementCalls.Int64(_statement, column);

    public ReadOnlySpan<byte> Blob(int column)
    {
        var start = StatementCalls.Blob(_statement, column);
        return start == 0 ? default : MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), start), StatementCalls.Bytes(_statement, column));
    }

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public bool IsNull(int column) => StatementCalls.Type(_statement, column) == raw.SQLITE_NULL;

    public void Reset()
    {
        _ = StatementCalls.Reset(_statement);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _statement = 0;
        handle.Dispose();
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw SqliteErrors.From(connection, result);
        }
    }
}
