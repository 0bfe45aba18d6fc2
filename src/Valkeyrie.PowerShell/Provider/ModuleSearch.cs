using System.Diagnostics;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Detects PowerShell's search for the files of a module, which it uses to import modules and to find their commands.</summary>
/// <remarks>The search first reads the file names of a manifest as paths at the current location, and asks the drive there. A store contains no modules: a
/// store that does not answer would delay each new command three times, and a key of such a name would replace the file, so the import would fail.</remarks>
internal static class ModuleSearch
{
    /// <summary>True if the search calls the provider, and not a command of a user or of a module during its import.</summary>
    public static bool IsAsking()
    {
        // The innermost command or script decides: a module can use a drive during its import.
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
