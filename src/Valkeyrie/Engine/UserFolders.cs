using Folder = System.Environment.SpecialFolder;

namespace Valkeyrie.Engine;

/// <summary>The folders for a user's files, in a subfolder of this library. Null if the user has no home folder.</summary>
/// <remarks>On Windows the environment variable takes precedence over the folder that Windows reports, which ignores the variable. Elsewhere the XDG base
/// directory specification applies: a path that is not absolute is ignored. If its variable is not set, the folder is in
/// <c>~/Library/Application Support</c> on macOS, and in <c>~/.local/share</c> or <c>~/.config</c> on other systems.</remarks>
public static class UserFolders
{
    /// <summary>The folder for data: under <c>LOCALAPPDATA</c> on Windows; elsewhere under <c>XDG_DATA_HOME</c>, if set.</summary>
    public static string? Data => Find("LOCALAPPDATA", Folder.LocalApplicationData, "XDG_DATA_HOME", ".local/share");

    /// <summary>The folder for settings: under <c>APPDATA</c> on Windows; elsewhere under <c>XDG_CONFIG_HOME</c>, if set.</summary>
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
