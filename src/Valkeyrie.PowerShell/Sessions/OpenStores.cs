using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The open stores of this process. Each belongs to the runspace that opened it and is closed with it. Each runspace has its own
/// current store. A name is searched first among the runspace's own stores, then among the others, so a thread job can use
/// a store of its starter.</summary>
internal static class OpenStores
{
    private static readonly object Gate = new();
    private static readonly ConditionalWeakTable<Runspace, RunspaceStores> ByRunspace = [];
    private static readonly List<OpenStore> All = [];
    private static readonly HashSet<Task> Closing = [];

    /// <summary>Gets the current store of the calling runspace; null if there is none, or if the caller has no runspace.</summary>
    public static KvConnection? Current
    {
        get
        {
            lock (Gate)
            {
                return Own() is { Current: { } current } own && (!own.IsDefault || DefaultStore.MayServe) ? current : null;
            }
        }
    }

    /// <summary>True if a store is the current store of the calling runspace.</summary>
    public static bool IsCurrent(IKvStore store) => Current?.Store == store;

    /// <summary>The reason why the calling runspace has no current store; null if it never had one.</summary>
    public static string? WhyNoneIsCurrent
    {
        get
        {
            lock (Gate)
            {
                return Own()?.WhyNone;
            }
        }
    }

    /// <summary>Lists all open stores in the order of opening, the runspace's own first.</summary>
    public static IReadOnlyList<KvConnection> List()
    {
        var own = Runspace.DefaultRunspace;
        lock (Gate)
        {
            return
            [
                .. All.Where(s => s.Owner == own).Select(s => s.Connection),
                .. All.Where(s => s.Owner != own).Select(s => s.Connection),
            ];
        }
    }

    /// <summary>Finds the open store of a name, ignoring case; null if there is none.</summary>
    public static KvConnection? Find(string name) => List().FirstOrDefault(c => IsNamed(c, name));

    /// <summary>Gets the name of an open store, or the address of any other store.</summary>
    public static string NameOf(IKvStore store) => List().FirstOrDefault(c => c.Store == store)?.Name ?? store.Info.Address;

    /// <summary>Gets a name that no store of this runspace has: the requested one, if necessary with a number.</summary>
    public static string UnusedName(string wanted)
    {
        var own = Runspace.DefaultRunspace;
        lock (Gate)
        {
            var name = wanted;
            for (var number = 2; All.Exists(s => s.Owner == own && IsNamed(s.Connection, name)); number++)
            {
                name = $"{wanted}#{number}";
            }

            return name;
        }
    }

    /// <summary>Finds the runspace's own store of a name; null if there is none.</summary>
    public static KvConnection? FindOwn(string name)
    {
        var own = Runspace.DefaultRunspace;
        lock (Gate)
        {
            return All.Find(s => s.Owner == own && IsNamed(s.Connection, name))?.Connection;
        }
    }

    /// <summary>Adds a working store and makes it current.</summary>
    /// <returns>The runspace's previous store of that name, which the caller closes; null if there was none.</returns>
    public static KvConnection? Add(KvConnection connection)
    {
        var own = Runspace.DefaultRunspace;
        ProcessEnd.Await();
        lock (Gate)
        {
            var replaced = All.Find(s => s.Owner == own && IsNamed(s.Connection, connection.Name))?.Connection;
            if (replaced is not null)
            {
                Remove(replaced.Store);
            }

            All.Add(new OpenStore(own, connection));
            StoresOf(own).MakeCurrent(connection);
            return replaced;
        }
    }

    /// <summary>Adds the default store of a process that has not chosen a store. It is current until one is chosen.</summary>
    public static void AddDefault(KvConnection connection)
    {
        var own = Runspace.DefaultRunspace;
        ProcessEnd.Await();
        lock (Gate)
        {
            All.Add(new OpenStore(own, connection));
            var stores = StoresOf(own);
            stores.MakeCurrent(connection);
            stores.IsDefault = true;
        }
    }

    /// <summary>Makes an open store of any runspace the current store of the calling runspace.</summary>
    /// <returns>False if the store is not open.</returns>
    public static bool TrySelect(IKvStore store)
    {
        lock (Gate)
        {
            if (All.Find(s => s.Connection.Store == store) is not { } open)
            {
                return false;
            }

            StoresOf(Runspace.DefaultRunspace).MakeCurrent(open.Connection);
            return true;
        }
    }

    /// <summary>Leaves the calling runspace without a current store.</summary>
    /// <param name="why">The reason, as a clause for errors.</param>
    public static void LeaveCurrent(string why)
    {
        if (Runspace.DefaultRunspace is not { } own)
        {
            return;
        }

        lock (Gate)
        {
            StoresOf(own).Leave(why);
        }
    }

    /// <summary>Removes a store from the list, so commands no longer find it. The caller closes it.</summary>
    public static void Remove(IKvStore store)
    {
        lock (Gate)
        {
            // It can be the current store of any runspace.
            foreach (var (_, stores) in ByRunspace)
            {
                if (stores.Current is { } current && current.Store == store)
                {
                    stores.Leave($"'{current.Name}' was current and has been closed");
                }
            }

            All.RemoveAll(s => s.Connection.Store == store);
        }
    }

    /// <summary>Closes the stores of a runspace.</summary>
    public static Task CloseAllOf(Runspace owner)
    {
        List<KvConnection> connections;
        lock (Gate)
        {
            connections = [.. All.Where(s => s.Owner == owner).Select(s => s.Connection)];
            connections.ForEach(c => Remove(c.Store));
        }

        return CloseAsync(connections);
    }

    /// <summary>Closes all stores, including those that are already closing with their runspaces.</summary>
    public static Task CloseAll()
    {
        lock (Gate)
        {
            Closing.Add(CloseAsync([.. All.Select(s => s.Connection)]));
            All.Clear();
            return Task.WhenAll(Closing);
        }
    }

    private static RunspaceStores? Own() => Runspace.DefaultRunspace is { } own && ByRunspace.TryGetValue(own, out var stores) ? stores : null;

    private static RunspaceStores StoresOf(Runspace runspace)
    {
        if (!ByRunspace.TryGetValue(runspace, out var stores))
        {
            ByRunspace.Add(runspace, stores = new RunspaceStores());
            runspace.StateChanged += CloseWithRunspace;
        }

        return stores;
    }

    private static bool IsNamed(KvConnection connection, string name) => string.Equals(connection.Name, name, StringComparison.OrdinalIgnoreCase);

    private static void CloseWithRunspace(object? sender, RunspaceStateEventArgs e)
    {
        if (e.RunspaceStateInfo.State is not (RunspaceState.Closed or RunspaceState.Broken) || sender is not Runspace runspace)
        {
            return;
        }

        // Not awaited here: the end of the process waits for it.
        var closing = CloseAllOf(runspace);
        lock (Gate)
        {
            Closing.RemoveWhere(t => t.IsCompleted);
            Closing.Add(closing);
        }
    }

    private static Task CloseAsync(List<KvConnection> connections) =>
        Task.WhenAll(connections.Select(c => Task.Run(async () => await c.Store.DisposeAsync().ConfigureAwait(false))));

    // A class, like all type arguments of generic code here: the runtime has compiled code for any class, but not for a module's own structs.
    private sealed record OpenStore(Runspace Owner, KvConnection Connection);

    private sealed class RunspaceStores
    {
        /// <summary>Gets the current store.</summary>
        public KvConnection? Current { get; private set; }

        /// <summary>True if the current store is the default store.</summary>
        public bool IsDefault { get; set; }

        /// <summary>The reason why there is no current store.</summary>
        public string? WhyNone { get; private set; }

        public void MakeCurrent(KvConnection connection) => (Current, IsDefault, WhyNone) = (connection, false, null);

        public void Leave(string why) => (Current, IsDefault, WhyNone) = (null, false, why);
    }
}
