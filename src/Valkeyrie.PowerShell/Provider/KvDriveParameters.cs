using System.Management.Automation;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What New-PSDrive takes in addition for this provider.</summary>
public sealed class KvDriveParameters
{
    /// <summary>The store: what Connect-KvStore gave, the name of an open one, or any <see cref="IKvStore"/>. Default: the one that is current in the
    /// session whenever the drive is used.</summary>
    [Parameter]
    [Alias("Connection")]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public object? Store { get; set; }
}
