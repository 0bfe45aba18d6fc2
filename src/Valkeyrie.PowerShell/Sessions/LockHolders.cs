using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Which runspace took a lock, or won a leadership, and on which store. Another runspace that releases it must notify its holder.</summary>
internal static class LockHolders
{
    private static readonly ConditionalWeakTable<object, Holder> Holders = [];

    /// <summary>Notes that the calling runspace holds something.</summary>
    /// <param name="held">The lock or the leadership.</param>
    /// <param name="store">The store that it was taken on.</param>
    public static void Add(object held, IKvStore store) => Holders.Add(held, new(Runspace.DefaultRunspace.InstanceId, store));

    /// <summary>True if another runspace took it.</summary>
    public static bool IsElsewhere(object held) => Holders.TryGetValue(held, out var holder) && holder.Runspace != Runspace.DefaultRunspace.InstanceId;

    /// <summary>The locks that the calling runspace has taken by Lock-KvKey and still holds, each with the store that it was taken on.</summary>
    public static IReadOnlyList<(KvLock Lock, IKvStore Store)> HeldHere() =>
        [.. Holders.Where(entry => entry.Key is KvLock { IsHeld: true } && !IsElsewhere(entry.Key)).Select(entry => ((KvLock)entry.Key, entry.Value.Store))];

    private sealed record Holder(Guid Runspace, IKvStore Store);
}
