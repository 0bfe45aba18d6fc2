using System.Runtime.InteropServices;

// As the binding searches the library.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>The calls of SQLite that run for each key. They bypass the binding, whose calls count the references to a handle twice each: for one put that took
/// as long as a third of SQLite's own work.</summary>
/// <remarks>The statement must stay alive during a call. SQLite accepts a null statement: bind and step report a misuse, the others do nothing. Calls marked with
/// <see cref="SuppressGCTransitionAttribute"/> only read or set a field of the statement: they do not release a long value, and never wait.</remarks>
internal static class StatementCalls
{
    /// <summary>Marks bound bytes that stay unchanged at their address until they are replaced (SQLITE_STATIC).</summary>
    public const nint Unchanged = 0;

    /// <summary>Lets SQLite copy the bound bytes (SQLITE_TRANSIENT).</summary>
    public const nint Copied = -1;

    private const string Library = "e_sqlite3";

    /// <summary>Returns the address of the text of the version, which is different in each loaded library.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_libversion", ExactSpelling = true)]
    public static extern nint Version();

    [DllImport(Library, EntryPoint = "sqlite3_step", ExactSpelling = true)]
    public static extern int Step(nint statement);

    [DllImport(Library, EntryPoint = "sqlite3_reset", ExactSpelling = true)]
    public static extern int Reset(nint statement);

    /// <summary>Resets a statement that has ended, which has nothing left to do.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_reset", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern int ResetEnded(nint statement);

    /// <summary>Binds bytes that can be long, so that copying them takes time.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_bind_blob", ExactSpelling = true)]
    public static extern int BindBlob(nint statement, int index, in byte value, int length, nint lifetime);

    /// <summary>Binds bytes that SQLite does not copy.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_bind_blob", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern int BindUnchanged(nint statement, int index, nint value, int length, nint lifetime);

    [DllImport(Library, EntryPoint = "sqlite3_bind_int64", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern int BindInt64(nint statement, int index, long value);

    /// <summary>Binds NULL, and releases a copied value, which can be long.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_bind_null", ExactSpelling = true)]
    public static extern int BindNull(nint statement, int index);

    [DllImport(Library, EntryPoint = "sqlite3_column_int64", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern long Int64(nint statement, int column);

    [DllImport(Library, EntryPoint = "sqlite3_column_type", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern int Type(nint statement, int column);

    [DllImport(Library, EntryPoint = "sqlite3_column_blob", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern nint Blob(nint statement, int column);

    [DllImport(Library, EntryPoint = "sqlite3_column_bytes", ExactSpelling = true)]
    [SuppressGCTransition]
    public static extern int Bytes(nint statement, int column);
}
