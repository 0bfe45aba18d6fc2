using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The stores that are open in this process. Each belongs to the runspace that opened it and is closed with it; each runspace has a
/// current store of its own. A name is looked for first among the runspace's own stores, then among the others', so that a thread job can use
/// a store that its starter opened.</summary>
internal static class OpenStores
{
    // Locks are released when a process ends well, but a server that is gone must not hold it up.
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

    private static readonly object Gate = new();
    private static readonly ConditionalWeakTable<Runspace, RunspaceStores> ByRunspace = [];
    private static readonly List<OpenStore> All = [];
    private static readonly HashSet<Task> Closing = [];

    static OpenStores() => AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAllAtExit();

    /// <summary>The current store of the calling runspace; null if there is none, or if the caller is in no runspace.</summary>
    public static KvConnection? Current
    {
        get
        {
            lock (Gate)
            {
                return Runspace.DefaultRunspace is { } own && ByRunspace.TryGetValue(own, out var stores) ? stores.Current : null;
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

    /// <summary>Adds a store that works and makes it current.</summary>
    /// <returns>The runspace's former store of that name, to be closed; null if there was none.</returns>
    public static KvConnection? Add(KvConnection connection)
    {
        var own = Runspace.DefaultRunspace;
        lock (Gate)
        {
            if (!ByRunspace.TryGetValue(own, out var stores))
            {
                ByRunspace.Add(own, stores = new RunspaceStores());
                own.StateChanged += CloseWithRunspace;
            }

            var replaced = All.Find(s => s.Owner == own && IsNamed(s.Connection, connection.Name));
            if (replaced is not null)
            {
                All.Remove(replaced);
            }

            All.Add(new OpenStore(own, connection));
            stores.Current = connection;
            return replaced?.Connection;
        }
    }

    /// <summary>Takes a store off the list, so that no command finds it any more. Closing it is left to the caller.</summary>
    public static void Remove(IKvStore store)
    {
        lock (Gate)
        {
            foreach (var (owner, connection) in All.Where(s => s.Connection.Store == store))
            {
                if (ByRunspace.TryGetValue(owner, out var stores) && stores.Current == connection)
                {
                    stores.Current = null;
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

    private static void CloseAllAtExit()
    {
        Task[] closing;
        lock (Gate)
        {
            closing = [.. Closing, CloseAsync([.. All.Select(s => s.Connection)])];
            All.Clear();
        }

        Task.WhenAll(closing).Wait(ExitTimeout);
    }

    private static Task CloseAsync(List<KvConnection> connections) =>
        Task.WhenAll(connections.Select(c => Task.Run(async () => await c.Store.DisposeAsync().ConfigureAwait(false))));

    // A class, as is all that generic code is used with here: the runtime brings compiled code for any class, but for no module's own structs.
    private sealed record OpenStore(Runspace Owner, KvConnection Connection);

    private sealed class RunspaceStores
    {
        public KvConnection? Current { get; set; }
    }
}
