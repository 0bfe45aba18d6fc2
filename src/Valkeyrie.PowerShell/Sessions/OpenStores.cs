using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The stores that are open in this process. Each belongs to the runspace that opened it and is closed with it; each runspace has a
/// current store of its own. A name is looked for first among the runspace's own stores, then among the others', so that a thread job can use
/// a store that its starter opened.</summary>
internal static class OpenStores
{
    private static readonly object Gate = new();
    private static readonly ConditionalWeakTable<Runspace, RunspaceStores> ByRunspace = [];
    private static readonly List<OpenStore> All = [];
    private static readonly HashSet<Task> Closing = [];

    /// <summary>The current store of the calling runspace; null if there is none, or if the caller is in no runspace.</summary>
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

    /// <summary>True if a store is the calling runspace's current one.</summary>
    public static bool IsCurrent(IKvStore store) => Current?.Store == store;

    /// <summary>Why the calling runspace has no current store; null where it never had one.</summary>
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

    /// <summary>Every open store, the runspace's own first, in the order of their opening.</summary>
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

    /// <summary>The open store of a name; null if there is none. Case does not count.</summary>
    public static KvConnection? Find(string name) => List().FirstOrDefault(c => IsNamed(c, name));

    /// <summary>The name of an open store, or the address of any other.</summary>
    public static string NameOf(IKvStore store) => List().FirstOrDefault(c => c.Store == store)?.Name ?? store.Info.Address;

    /// <summary>A name that no store of this runspace has: the wanted one, or that with a number.</summary>
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

    /// <summary>The runspace's own store of a name; null if there is none.</summary>
    public static KvConnection? FindOwn(string name)
    {
        var own = Runspace.DefaultRunspace;
        lock (Gate)
        {
            return All.Find(s => s.Owner == own && IsNamed(s.Connection, name))?.Connection;
        }
    }

    /// <summary>Adds a store that works and makes it current.</summary>
    /// <returns>The runspace's former store of that name, to be closed; null if there was none.</returns>
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

    /// <summary>Adds the store of a process in which nobody has chosen one. It is current for as long as that is so.</summary>
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

    /// <summary>Makes an open store the current one of the calling runspace, whichever runspace opened it.</summary>
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
    /// <param name="why">Why, as a clause for errors.</param>
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

    /// <summary>Takes a store off the list, so that no command finds it any more. Closing it is left to the caller.</summary>
    public static void Remove(IKvStore store)
    {
        lock (Gate)
        {
            // Any runspace may have made it its current one.
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

    /// <summary>Closes all stores, those that are being closed with their runspaces included.</summary>
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

        // Not waited for here: the exit of the process does that.
        var closing = CloseAllOf(runspace);
        lock (Gate)
        {
            Closing.RemoveWhere(t => t.IsCompleted);
            Closing.Add(closing);
        }
    }

    private static Task CloseAsync(List<KvConnection> connections) =>
        Task.WhenAll(connections.Select(c => Task.Run(async () => await c.Store.DisposeAsync().ConfigureAwait(false))));

    // A class, as is all that generic code is used with here: the runtime brings compiled code for any class, but for no module's own structs.
    private sealed record OpenStore(Runspace Owner, KvConnection Connection);

    private sealed class RunspaceStores
    {
        /// <summary>The current store.</summary>
        public KvConnection? Current { get; private set; }

        /// <summary>True if nobody has chosen the current store.</summary>
        public bool IsDefault { get; set; }

        /// <summary>Why there is no current store.</summary>
        public string? WhyNone { get; private set; }

        public void MakeCurrent(KvConnection connection) => (Current, IsDefault, WhyNone) = (connection, false, null);

        public void Leave(string why) => (Current, IsDefault, WhyNone) = (null, false, why);
    }
}
