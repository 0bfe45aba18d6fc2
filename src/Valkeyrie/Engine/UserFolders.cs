using Folder = System.Environment.SpecialFolder;

namespace Valkeyrie.Engine;

/// <summary>Where the platform keeps a user's files of this kind: in a folder of our own there. Null if the user has no home folder.</summary>
/// <remarks>On Windows the variable goes before the folder that Windows names, which does not look at it: whoever sets it for a process means it.
/// Elsewhere the XDG base directory specification holds: a path that is not absolute does not count.</remarks>
public static class UserFolders
{
    /// <summary>The folder for data: under <c>LOCALAPPDATA</c> on Windows, under <c>XDG_DATA_HOME</c> elsewhere where that is set.</summary>
    public static string? Data => Find("LOCALAPPDATA", Folder.LocalApplicationData, "XDG_DATA_HOME", ".local/share");

    /// <summary>The folder for settings: under <c>APPDATA</c> on Windows, under <c>XDG_CONFIG_HOME</c> elsewhere where that is set.</summary>
    public static string? Configuration => Find("APPDATA", Folder.ApplicationData, "XDG_CONFIG_HOME", ".config");

    private static string? Find(string windowsVariable, Folder windowsFolder, string xdgVariable, string belowHome)
    {
        if (OperatingSystem.IsWindows())
        {
            var named = Environment.GetEnvironmentVariable(windowsVariable);
            return Below(Path.IsPathFullyQualified(named ?? "") ? named : PathOf(windowsFolder), "Valkeyrie");
        }

        var xdg = Environment.GetEnvironmentVariable(xdgVariable);
        if (Path.IsPathRooted(xdg))
        {
            return Below(xdg, "valkeyrie");
        }

        var home = PathOf(Folder.UserProfile);
        return OperatingSystem.IsMacOS() ? Below(home, "Library/Application Support/Valkeyrie") : Below(home, $"{belowHome}/valkeyrie");
    }

    private static string? PathOf(Folder folder) =>
        Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } path ? path : null;

    private static string? Below(string? folder, string path) => folder is null ? null : Path.Combine(folder, path);
}
