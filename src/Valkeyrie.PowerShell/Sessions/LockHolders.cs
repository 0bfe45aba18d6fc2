using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Records which runspace took a lock or a leadership, and on which store. If another runspace releases it, its holder must be notified.</summary>
internal static class LockHolders
{
    private static readonly ConditionalWeakTable<object, Holder> Holders = [];

    /// <summary>Records the calling runspace as the holder.</summary>
    /// <param name="held">The lock or the leadership.</param>
    /// <param name="store">Its store.</param>
    public static void Add(object held, IKvStore store) => Holders.Add(held, new(Runspace.DefaultRunspace.InstanceId, store));

    /// <summary>True if another runspace is the holder.</summary>
    public static bool IsElsewhere(object held) => Holders.TryGetValue(held, out var holder) && holder.Runspace != Runspace.DefaultRunspace.InstanceId;

    /// <summary>Gets the locks that the calling runspace took with Lock-KvKey and still holds, each with its store.</summary>
    public static IReadOnlyList<(KvLock Lock, IKvStore Store)> HeldHere() =>
        [.. Holders.Where(entry => entry.Key is KvLock { IsHeld: true } && !IsElsewhere(entry.Key)).Select(entry => ((KvLock)entry.Key, entry.Value.Store))];

    private sealed record Holder(Guid Runspace, IKvStore Store);
}
