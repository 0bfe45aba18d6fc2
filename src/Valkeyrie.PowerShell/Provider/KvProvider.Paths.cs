using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Parses and builds paths. PowerShell's own implementation would contact the store.</summary>
public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override string MakePath(string parent, string child)
    {
        CheckCopyFromFiles();
        return DrivePath.Join(parent ?? "", child ?? "");
    }

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string root) => DrivePath.ParentOf(path);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => DrivePath.NameOf(path);

    /// <inheritdoc/>
    protected override string NormalizeRelativePath(string path, string basePath) => DrivePath.Relative(path, basePath);

    /// <summary>Converts a wildcard to a filter, so PowerShell does not read the names of a whole directory to select from them.</summary>
    /// <param name="path">The path, or the name with the wildcard.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="updatedPath">The resulting path.</param>
    /// <param name="updatedFilter">The resulting filter.</param>
    protected override bool ConvertPath(string path, string filter, ref string updatedPath, ref string updatedFilter)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!string.IsNullOrEmpty(filter) || path.AsSpan().ContainsAny('/', '\\') || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return false;
        }

        (updatedPath, updatedFilter) = (path, path);
        return true;
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path) && !path.Contains('\0', StringComparison.Ordinal);
}
