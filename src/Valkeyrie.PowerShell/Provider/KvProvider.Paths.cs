using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>How paths are taken apart and put together. PowerShell's own way would ask the store in between.</summary>
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

    /// <summary>Makes a filter of a wildcard, so that PowerShell need not collect the names of a whole directory to choose among them.</summary>
    /// <param name="path">The path, or the name with the wildcard.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="updatedPath">Gets the path.</param>
    /// <param name="updatedFilter">Gets the filter.</param>
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
