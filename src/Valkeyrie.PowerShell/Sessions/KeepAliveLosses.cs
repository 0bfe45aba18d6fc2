using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The keys and leases of each store that were kept alive and lost. The next command that uses the store reports them.</summary>
internal static class KeepAliveLosses
{
    // One outage can end all of them.
    private const int MostShown = 5;

    private static readonly ConditionalWeakTable<IKvStore, ConcurrentQueue<KvKeepAliveLoss>> ByStore = [];

    /// <summary>Gets the function that records a loss.</summary>
    /// <param name="store">The store that keeps the key or the lease alive.</param>
    public static Action<KvKeepAliveLoss> RecorderOf(IKvStore store) => ByStore.GetValue(store, static _ => new()).Enqueue;

    /// <summary>Reports the recorded losses of a store, each once.</summary>
    /// <param name="store">The store.</param>
    /// <param name="warn">Writes a warning. If it throws, as with -WarningAction Stop, the next command reports the other losses.</param>
    public static void Report(IKvStore store, Action<string> warn)
    {
        if (!ByStore.TryGetValue(store, out var losses))
        {
            return;
        }

        for (var shown = 0; shown < MostShown; shown++)
        {
            if (!losses.TryDequeue(out var loss))
            {
                return;
            }

            warn(loss.Message);
        }

        var more = 0;
        while (losses.TryDequeue(out _))
        {
            more++;
        }

        if (more > 0)
        {
            warn($"{more} more keys or leases are no longer kept alive. Write all keys again that this session keeps alive.");
        }
    }
}
