using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A directory on a drive.</summary>
/// <param name="Key">Its path in the store without a slash at the end, as for Get-KvTree. The name is not Path, which other commands would bind from
/// the pipeline in place of the item's own path.</param>
public sealed record KvDirectory(string Key)
{
    /// <summary>The path in the store, for views.</summary>
    [Hidden]
    public string DisplayKey => VisibleText.Of(Key);

    /// <summary>Gets the path in the store.</summary>
    public override string ToString() => Key;
}
