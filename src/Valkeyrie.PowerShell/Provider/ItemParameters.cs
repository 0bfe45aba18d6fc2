namespace Valkeyrie.PowerShell.Provider;

/// <summary>What a command takes in addition that does something with an item on a drive of this provider, and tells of that by itself: nothing. It is known by
/// it. Commands that only want to know whether something is there, such as Test-Path and Set-Location, have none.</summary>
/// <remarks>PowerShell makes several providers for a command, and hands this to all of them, so it also holds what they must know of each other.</remarks>
public class ItemParameters
{
    private string? _told;

    /// <summary>Keeps that a failure at a path has been reported before anything was done there.</summary>
    internal void Tell(string path) => _told = path;

    /// <summary>True, once, if a failure at a path has been reported before.</summary>
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
