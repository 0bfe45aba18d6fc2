namespace Valkeyrie.Embedded.Files;

/// <summary>The file of the default store, in the platform's folder for a user's data.</summary>
internal static class DefaultFile
{
    private const string FileName = "store.db";

    /// <summary>Returns the full path.</summary>
    public static string GetPath() => UserFolders.Data is { } folder
        ? Path.Combine(folder, FileName)
        : throw new KvInvalidArgumentException("The embedded store has no default file, because the user has no home folder. Specify a file.");

    /// <summary>Creates the folder of the default file, accessible only by its owner, if it is missing. Other paths are ignored.</summary>
    public static void EnsureFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder) && path == GetPath())
        {
            OwnerOnly.CreateFolder(folder);
        }
    }
}
