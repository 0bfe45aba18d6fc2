using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Which runspace took a lock, or won a leadership. Another one that releases it does so under its holder, who must be notified.</summary>
internal static class LockHolders
{
    private static readonly ConditionalWeakTable<object, object> RunspaceIds = [];

    /// <summary>Notes that the calling runspace holds something.</summary>
    public static void Add(object held) => RunspaceIds.Add(held, Runspace.DefaultRunspace.InstanceId);

    /// <summary>True if another runspace took it.</summary>
    public static bool IsElsewhere(object held) => RunspaceIds.TryGetValue(held, out var id) && !id.Equals(Runspace.DefaultRunspace.InstanceId);
}
