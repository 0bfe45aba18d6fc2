using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What New-Item takes in addition on a drive of this provider.</summary>
public class NewItemParameters : ItemParameters
{
    /// <summary>How long the key lives, as a TimeSpan or in seconds; a fraction of a second is rounded up. Default: for ever.</summary>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public TimeSpan? Ttl { get; set; }
}
