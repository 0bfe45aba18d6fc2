namespace Valkeyrie.PowerShell.Provider;

/// <summary>A directory on a drive.</summary>
/// <param name="Path">Its path in the store, without a slash at the end, as Get-KvTree takes it.</param>
public sealed record KvDirectory(string Path)
{
    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
