using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>The parameters that this provider adds to New-PSDrive.</summary>
public sealed class KvDriveParameters
{
    /// <summary>The store: the output of Connect-KvStore, the name of an open store, or any <see cref="IKvStore"/>. Default: the current store of the
    /// session at the time of each use.</summary>
    [Parameter]
    [Alias("Connection")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }
}
