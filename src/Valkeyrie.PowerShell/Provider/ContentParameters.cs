using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>The parameters that this provider adds to Get-Content.</summary>
public sealed class ContentReaderParameters : ItemParameters
{
    /// <summary>Return the value as a whole instead of line by line.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Return bytes instead of text.</summary>
    [Parameter]
    [Alias("AsBytes")]
    public SwitchParameter AsByteStream { get; set; }
}

/// <summary>The parameters that this provider adds to Set-Content and Add-Content.</summary>
public sealed class ContentWriterParameters : NewItemParameters
{
    /// <summary>Accept only bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Join the input without line breaks.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
