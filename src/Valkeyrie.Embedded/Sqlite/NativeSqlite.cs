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

    public static void EnsureReady() => _ = Initialization.Value;
}
