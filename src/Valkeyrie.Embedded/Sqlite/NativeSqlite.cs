using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Makes the native SQLite library ready, once for the process.</summary>
/// <remarks>Where it lies is known to whoever loads this assembly: the runtime by a program's dependency file, a load context by what it says itself.</remarks>
internal static class NativeSqlite
{
    private static readonly Lazy<bool> Initialization = new(static () =>
    {
        Batteries_V2.Init();
        return true;
    });

    public static void EnsureReady() => _ = Initialization.Value;
}
