using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>The parameters that this provider adds to Get-ChildItem.</summary>
public sealed class ChildItemParameters : ItemParameters
{
    /// <summary>List only directories.</summary>
    [Parameter]
    [Alias("ad")]
    public SwitchParameter Directory { get; set; }

    /// <summary>List only values, including those with a directory of the same name.</summary>
    [Parameter]
    [Alias("af")]
    public SwitchParameter File { get; set; }

    /// <summary>Omit the values, to list large values quickly.</summary>
    [Parameter]
    [Alias("KeyOnly")]
    public SwitchParameter KeysOnly { get; set; }

    /// <summary>True if an entry is requested.</summary>
    internal bool Wants(KvEntry entry) => (!Directory || entry.IsDirectory) && (!File || entry.Pair is not null);
}
