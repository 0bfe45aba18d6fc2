using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that can remove keys that the source lacks, and that ask for confirmation first.</summary>
public abstract class KvPruningCmdlet : KvStoreCmdlet
{
    /// <summary>Also remove the keys of the destination that the source lacks. Asks first, unless -Force or -Confirm:$false is specified.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>Remove keys without confirmation.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Asks for confirmation to remove keys, if -Prune is specified and confirmation is required.</summary>
    /// <param name="sourceName">The source in words.</param>
    /// <param name="target">The destination in words.</param>
    /// <param name="removals">The keys to remove in words; null if they are not known.</param>
    /// <returns>True if the command may continue.</returns>
    private protected bool MayPrune(string sourceName, string target, string? removals = null) =>
        !AsksToPrune || ShouldContinue($"Every key in {target} that is not in {sourceName} will be removed{(removals is null ? "" : $", now {removals}")}.", "Remove keys?");

    /// <summary>True if the command asks for confirmation to remove keys.</summary>
    private protected bool AsksToPrune => Prune && !Force && !MyInvocation.BoundParameters.ContainsKey("Confirm")
        && LanguagePrimitives.TryConvertTo<ConfirmImpact>(SessionState.PSVariable.GetValue("ConfirmPreference"), out var impact) && impact != ConfirmImpact.None;
}
