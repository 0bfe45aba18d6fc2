using System.Runtime.CompilerServices;
using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Loads the native SQLite library, once for the process.</summary>
/// <remarks>The loader of this assembly finds the library: the runtime through a program's dependency file, or a load context.</remarks>
internal static class NativeSqlite
{
    private static readonly Lazy<bool> Initialization = new(static () =>
    {
        Batteries_V2.Init();
        return true;
    });

    /// <exception cref="KvException">(<see cref="KvErrorCode.NotSupported"/>) The program has set another SQLite for the binding.</exception>
    public static void EnsureReady()
    {
        _ = Initialization.Value;

        // A statement of one library must not run in the other. A program can change the binding's library at any time.
        if (!Unsafe.AreSame(in raw.sqlite3_libversion().GetPinnableReference(), ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), StatementCalls.Version())))
        {
            throw new KvException(
                KvErrorCode.NotSupported, $"This program has set '{raw.GetNativeLibraryName()}' as the provider of SQLitePCLRaw. The embedded store requires e_sqlite3: call Batteries_V2.Init().");
        }
    }
}
