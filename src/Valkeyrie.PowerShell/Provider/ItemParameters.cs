namespace Valkeyrie.PowerShell.Provider;

/// <summary>Marks a command that acts on an item on a drive of this provider and reports failures itself. The class adds no parameters.
/// Commands that only test for an item, such as Test-Path and Set-Location, do not have it.</summary>
/// <remarks>PowerShell creates several provider instances for a command and passes this object to all of them, so it also holds their shared state.</remarks>
public class ItemParameters
{
    private string? _told;

    /// <summary>Records that a failure at a path was reported before the command acted on the item.</summary>
    internal void Tell(string path) => _told = path;

    /// <summary>True, once, if a failure at a path was reported before.</summary>
    internal bool HasTold(string path)
    {
        if (_told != path)
        {
            return false;
        }

        _told = null;
        return true;
    }
}
