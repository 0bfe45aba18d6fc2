namespace Valkeyrie.Embedded;

/// <summary>Where the store lies that is used when nobody names one: where the platform keeps a user's data.</summary>
internal static class DefaultFile
{
    private const string FileName = "store.db";

    /// <summary>The full path.</summary>
    public static string GetPath() => Path.Combine(FindFolder(), FileName);

    /// <summary>Makes the folder, for its owner only, if it is the default one and is missing.</summary>
    public static void EnsureFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder) || path != GetPath())
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            // What lies under the user's own profile is closed to others by what it inherits.
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string FindFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            // As elsewhere, whoever sets the variable for a process means it. Windows itself would not look at it.
            var local = Environment.GetEnvironmentVariable("LOCALAPPDATA");
            return Path.Combine(Path.IsPathFullyQualified(local ?? "") ? local! : UserFolder(Environment.SpecialFolder.LocalApplicationData), "Valkeyrie");
        }

        // The XDG base directory specification: a path that is not absolute does not count.
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        if (Path.IsPathRooted(data))
        {
            return Path.Combine(data, "valkeyrie");
        }

        var home = UserFolder(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsMacOS()
            ? Path.Combine(home, "Library", "Application Support", "Valkeyrie")
            : Path.Combine(home, ".local", "share", "valkeyrie");
    }

    private static string UserFolder(Environment.SpecialFolder folder) =>
        Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } path
            ? path
            : throw new KvInvalidArgumentException("There is no default file for the embedded store, since the user has no home folder. Name a file.");
}
