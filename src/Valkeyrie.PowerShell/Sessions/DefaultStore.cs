using Valkeyrie.Embedded;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The store of a session that never connected to one: the user's own file, which needs no server.</summary>
internal static class DefaultStore
{
    private static int warned;

    /// <summary>What -Store finds it by.</summary>
    public const string Name = "embedded";

    /// <summary>Where it lies.</summary>
    public static string Path => EmbeddedStore.DefaultPath;

    /// <summary>Opens it; nothing is read or written yet.</summary>
    public static IKvStore Open() => EmbeddedStore.Open(null);

    /// <summary>True the first time in a process, when the user is to be told that this store is used.</summary>
    public static bool MustWarn() => Interlocked.Exchange(ref warned, 1) == 0;
}
