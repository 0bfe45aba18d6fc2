using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Makes the native SQLite library ready, once for the process.</summary>
/// <remarks>It is looked for beside this assembly, under <c>runtimes/PLATFORM/native</c>, and loaded by its full path: so it is found from a load
/// context that knows nothing of native libraries, and another copy of SQLite in the process stays apart. Where nothing lies there the
/// runtime's own search goes on.</remarks>
internal static class NativeSqlite
{
    private const string LibraryName = "e_sqlite3";

    private static readonly Lazy<bool> Initialization = new(Initialize);

    public static void EnsureReady() => _ = Initialization.Value;

    private static bool Initialize()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The program has its own way to find the library.
        }

        Batteries_V2.Init();
        return true;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != LibraryName || Path.GetDirectoryName(typeof(NativeSqlite).Assembly.Location) is not { Length: > 0 } folder)
        {
            return IntPtr.Zero;
        }

        foreach (var platform in Platforms())
        {
            if (NativeLibrary.TryLoad(Path.Combine(folder, "runtimes", platform, "native", FileName()), out var library))
            {
                return library;
            }
        }

        return IntPtr.Zero;
    }

    // musl and glibc take each other's libraries at best by luck, so the one that fits goes first.
    private static IEnumerable<string> Platforms()
    {
#pragma warning disable CA1308 // the names of platforms are in lower case
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        if (OperatingSystem.IsWindows())
        {
            return ["win-" + architecture];
        }

        if (OperatingSystem.IsMacOS())
        {
            return ["osx-" + architecture];
        }

        return IsMusl() ? ["linux-musl-" + architecture, "linux-" + architecture] : ["linux-" + architecture, "linux-musl-" + architecture];
    }

    private static bool IsMusl() => RuntimeInformation.RuntimeIdentifier is var id
        && (id.Contains("musl", StringComparison.Ordinal) || id.StartsWith("alpine", StringComparison.Ordinal));

    private static string FileName() =>
        OperatingSystem.IsWindows() ? LibraryName + ".dll" : OperatingSystem.IsMacOS() ? $"lib{LibraryName}.dylib" : $"lib{LibraryName}.so";
}
