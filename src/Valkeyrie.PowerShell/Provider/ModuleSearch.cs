using System.Diagnostics;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>PowerShell's search for the files of a module, by which it imports modules and finds commands in them.</summary>
/// <remarks>It takes the files that a manifest names for paths at the current location first, and asks the drive that is there. No module lies in a store: a store
/// that does not answer would hold up each new command three times, and a key of such a name would take the file's place, which fails the import.</remarks>
internal static class ModuleSearch
{
    /// <summary>True if it is the search that asks the calling provider, and not a command of a user or of a module that is being imported.</summary>
    public static bool IsAsking()
    {
        // The innermost command decides, or the script: a module may well look at a drive while it is imported.
        foreach (var frame in new StackTrace(fNeedFileInfo: false).GetFrames())
        {
            var type = frame.GetMethod()?.DeclaringType;
            if (type == typeof(ScriptBlock))
            {
                return false;
            }

            if (type is not null && type.IsSubclassOf(typeof(Cmdlet)))
            {
                return type.IsAssignableTo(typeof(ModuleCmdletBase));
            }
        }

        return false;
    }
}
