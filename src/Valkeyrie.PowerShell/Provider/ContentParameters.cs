using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What Get-Content takes in addition on a drive of this provider.</summary>
public sealed class ContentReaderParameters : ItemParameters
{
    /// <summary>Returns the value in one piece instead of line by line.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Returns bytes instead of text.</summary>
    [Parameter]
    [Alias("AsBytes")]
    public SwitchParameter AsByteStream { get; set; }
}

/// <summary>What Set-Content and Add-Content take in addition on a drive of this provider.</summary>
public sealed class ContentWriterParameters : NewItemParameters
{
    /// <summary>Take bytes, and refuse anything else.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Joins the input without line breaks in between.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
