using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>The parameters that this provider adds to New-Item.</summary>
public class NewItemParameters : ItemParameters
{
    /// <summary>The time to live of the key, as a TimeSpan or in seconds; a fraction of a second is rounded up. Default: the key does not expire.</summary>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public TimeSpan? Ttl { get; set; }
}
