using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The table of types of a runspace, which PowerShell keeps to itself.</summary>
internal static class RunspaceTypes
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Finds the table; null if this PowerShell keeps it elsewhere.</summary>
    /// <param name="runspace">The runspace.</param>
    public static TypeTable? Of(Runspace runspace)
    {
        var context = typeof(Runspace).GetProperty("ExecutionContext", Internal)?.GetValue(runspace);
        return context?.GetType().GetProperty("TypeTable", Internal)?.GetValue(context) as TypeTable;
    }
}
