using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Which runspace took a lock. Another one that releases it does so under its holder, who is to be told.</summary>
internal static class LockHolders
{
    private static readonly ConditionalWeakTable<KvLock, object> RunspaceIds = [];

    /// <summary>Notes that the calling runspace holds a lock.</summary>
    public static void Add(KvLock held) => RunspaceIds.Add(held, Runspace.DefaultRunspace.InstanceId);

    /// <summary>True if another runspace took the lock.</summary>
    public static bool IsElsewhere(KvLock held) => RunspaceIds.TryGetValue(held, out var id) && !id.Equals(Runspace.DefaultRunspace.InstanceId);
}
