using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Finds the store of a command without -Store.</summary>
internal static class CurrentStore
{
    /// <summary>Gets the current store of the runspace; in a process that has not chosen a store, the user's default file, with a warning.</summary>
    /// <param name="openDefault">Opens the default file.</param>
    /// <param name="warn">Writes the warning.</param>
    /// <exception cref="KvException">(<see cref="KvErrorCode.NoCurrentStore"/>) No store is current.</exception>
    public static IKvStore Get(Func<KvConnection> openDefault, Action<string> warn)
    {
        if (OpenStores.Current is { } current)
        {
            return current.Store;
        }

        if (!DefaultStore.MayServe)
        {
            throw Missing();
        }

        OpenStores.AddDefault(openDefault());
        if (DefaultStore.MustWarn())
        {
            warn($"No store is connected, so the file '{DefaultStore.Path}' is used. Use Connect-KvStore to connect to another store. This warning appears once.");
        }

        // Checked again, because another runspace can have connected meanwhile.
        return OpenStores.Current?.Store ?? throw Missing();
    }

    private static KvException Missing()
    {
        var why = OpenStores.WhyNoneIsCurrent
            ?? (DefaultStore.IsTurnedOff
                ? $"this runspace has not connected to a store, and {DefaultStore.SwitchName} turns the default store off"
                : "this runspace has not connected to a store, but another runspace of the process has");
        var next = OpenStores.List().OrderBy(c => c.Name == DefaultStore.Name).Select(c => ArgumentText.Of(c.Name)).FirstOrDefault() is { } open
            ? $"Specify a store, as in -Store {open}, make it current with Select-KvStore {open}, or connect with Connect-KvStore."
            : "Connect to a store with Connect-KvStore.";
        return new(KvErrorCode.NoCurrentStore, $"No store is current: {why}. {next}");
    }
}
