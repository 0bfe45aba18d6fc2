using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What Get-ChildItem takes in addition on a drive of this provider.</summary>
public sealed class ChildItemParameters : ItemParameters
{
    /// <summary>Directories alone.</summary>
    [Parameter]
    [Alias("ad")]
    public SwitchParameter Directory { get; set; }

    /// <summary>Values alone, those among them that are directories too.</summary>
    [Parameter]
    [Alias("af")]
    public SwitchParameter File { get; set; }

    /// <summary>Leave the values out, which makes a listing of large values quick.</summary>
    [Parameter]
    [Alias("KeyOnly")]
    public SwitchParameter KeysOnly { get; set; }

    /// <summary>Tells whether an entry is asked for.</summary>
    internal bool Wants(KvEntry entry) => (!Directory || entry.IsDirectory) && (!File || entry.Pair is not null);
}
