namespace Valkeyrie.PowerShell.Provider;

/// <summary>How paths are taken apart and put together. PowerShell's own way would ask the store in between.</summary>
public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override string MakePath(string parent, string child) => DrivePath.Join(parent ?? "", child ?? "");

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string root) => DrivePath.ParentOf(path);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => DrivePath.NameOf(path);

    /// <inheritdoc/>
    protected override string NormalizeRelativePath(string path, string basePath) => DrivePath.Relative(path, basePath);

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path) && !path.Contains('\0', StringComparison.Ordinal);
}
