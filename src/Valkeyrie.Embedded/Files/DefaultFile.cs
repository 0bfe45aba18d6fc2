namespace Valkeyrie.Embedded.Files;

/// <summary>Where the store lies that is used when nobody names one: where the platform keeps a user's data.</summary>
internal static class DefaultFile
{
    private const string FileName = "store.db";

    /// <summary>The full path.</summary>
    public static string GetPath() => UserFolders.Data is { } folder
        ? Path.Combine(folder, FileName)
        : throw new KvInvalidArgumentException("There is no default file for the embedded store, since the user has no home folder. Name a file.");

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
