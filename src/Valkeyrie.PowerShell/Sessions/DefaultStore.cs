using Valkeyrie.Embedded;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The store of a process in which nobody has chosen one: the user's own file, which needs no server.</summary>
internal static class DefaultStore
{
    private static int warned;
    private static volatile bool hasGivenWay;

    /// <summary>The environment variable that turns it off.</summary>
    public const string SwitchName = "VALKEYRIE_NO_DEFAULT_STORE";

    /// <summary>What -Store finds it by.</summary>
    public const string Name = "embedded";

    /// <summary>Where it lies.</summary>
    public static string Path => EmbeddedStore.DefaultPath;

    /// <summary>True if the user has turned it off. Any value does that but those that plainly say no.</summary>
    public static bool IsTurnedOff => Environment.GetEnvironmentVariable(SwitchName) is { Length: > 0 } value
        && value is not "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if it may serve commands that name no store.</summary>
    public static bool MayServe => !hasGivenWay && !IsTurnedOff;

    /// <summary>Lets it serve no longer, in all of the process: somebody has chosen a store, or tried to. From then on a command that finds none was intended for
    /// another one than this.</summary>
    public static void GiveWay() => hasGivenWay = true;

    /// <summary>Opens it; nothing is read or written yet.</summary>
    public static IKvStore Open() => EmbeddedStore.Open(null);

    /// <summary>True the first time in a process, when a warning must say that this store is used.</summary>
    public static bool MustWarn() => Interlocked.Exchange(ref warned, 1) == 0;
}
