using Valkeyrie.Embedded;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The store of a process that has not chosen one: the user's default file, which needs no server.</summary>
internal static class DefaultStore
{
    private static int warned;
    private static volatile bool hasGivenWay;

    /// <summary>The environment variable that turns it off.</summary>
    public const string SwitchName = "VALKEYRIE_NO_DEFAULT_STORE";

    /// <summary>The name for -Store.</summary>
    public const string Name = "embedded";

    /// <summary>The path of the file.</summary>
    public static string Path => EmbeddedStore.DefaultPath;

    /// <summary>True if the user has turned it off. Any value does so, except those that clearly mean "no".</summary>
    public static bool IsTurnedOff => Environment.GetEnvironmentVariable(SwitchName) is { Length: > 0 } value
        && value is not "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>True if commands without -Store may use it.</summary>
    public static bool MayServe => !hasGivenWay && !IsTurnedOff;

    /// <summary>Disables it for the whole process, because a store was chosen or the choice failed. From then on, a command without a current store was
    /// intended for another store.</summary>
    public static void GiveWay() => hasGivenWay = true;

    /// <summary>Opens the store. Nothing is read or written yet.</summary>
    public static IKvStore Open() => EmbeddedStore.Open(null);

    /// <summary>True at the first use in a process, which must show a warning.</summary>
    public static bool MustWarn() => Interlocked.Exchange(ref warned, 1) == 0;
}
