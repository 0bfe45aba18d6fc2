namespace Valkeyrie.Embedded.Files;

/// <summary>Where the file itself lies. SQLite keeps its log there, not beside a link.</summary>
internal static class RealPath
{
    /// <summary>Follows the links of a path.</summary>
    public static string Of(string path) => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
