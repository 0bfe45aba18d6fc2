namespace Valkeyrie.Embedded.Files;

/// <summary>Where the store lies that is used when nobody names one: where the platform keeps a user's data.</summary>
internal static class DefaultFile
{
    private const string FileName = "store.db";

    /// <summary>The full path.</summary>
    public static string GetPath() => UserFolders.Data is { } folder
        ? Path.Combine(folder, FileName)
        : throw new KvInvalidArgumentException("The embedded store has no default file, because the user has no home folder. Specify a file.");

    /// <summary>Makes the folder, for its owner only, if it is the default one and is missing.</summary>
    public static void EnsureFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder) && path == GetPath())
        {
            OwnerOnly.CreateFolder(folder);
        }
    }
}
