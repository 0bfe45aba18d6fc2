using System.Management.Automation;

namespace Valkeyrie.PowerShell;

/// <summary>A directory on a drive.</summary>
/// <param name="Key">Its path in the store, without a slash at the end, as Get-KvTree takes it. Not called Path, which other commands would take from
/// a pipeline in place of the item's own.</param>
public sealed record KvDirectory(string Key)
{
    /// <summary>The path in the store, for views.</summary>
    [Hidden]
    public string DisplayKey => VisibleText.Of(Key);

    /// <summary>The path in the store.</summary>
    public override string ToString() => Key;
}
