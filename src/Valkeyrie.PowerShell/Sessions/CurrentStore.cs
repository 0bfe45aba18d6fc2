namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The store that a command works on when none is named.</summary>
internal static class CurrentStore
{
    /// <summary>The session's current store; where there is none, the user's own file, and a warning that says so.</summary>
    /// <param name="openDefault">Opens that file.</param>
    /// <param name="warn">Writes the warning.</param>
    public static IKvStore Get(Func<KvConnection> openDefault, Action<string> warn)
    {
        if (OpenStores.Current is { } current)
        {
            return current.Store;
        }

        var others = OpenStores.List().Where(c => c.Name != DefaultStore.Name).Select(c => c.Name).ToList();
        var connection = openDefault();
        OpenStores.Add(connection);
        if (others.Count > 0)
        {
            // Here the user's mind is likely on another store: one whose runspace is not this one, or that is no longer current. Said every time.
            warn($"No store is current here, so the file '{DefaultStore.Path}' is used. An open one is found by its name: -Store {others[0]}.");
        }
        else if (DefaultStore.MustWarn())
        {
            warn($"No store is connected, so the file '{DefaultStore.Path}' is used. Connect-KvStore connects to another; this is said once.");
        }

        return connection.Store;
    }
}
