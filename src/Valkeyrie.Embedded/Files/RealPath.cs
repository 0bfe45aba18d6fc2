namespace Valkeyrie.Embedded.Files;

/// <summary>Resolves the path of a file. SQLite keeps its log next to the file, not next to a link.</summary>
internal static class RealPath
{
    /// <summary>Follows the links of a path.</summary>
    public static string Of(string path) => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
