using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that can remove what a source lacks, and asks before it does.</summary>
public abstract class KvPruningCmdlet : KvStoreCmdlet
{
    /// <summary>Also remove the keys of the destination that the source lacks. Asks first, unless -Force or -Confirm:$false is specified.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>Do not ask before keys are removed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Asks whether keys may be removed, where they are to be and nothing says that nobody need be asked.</summary>
    /// <param name="sourceName">The source in words.</param>
    /// <param name="target">The destination in words.</param>
    /// <returns>True if the command may go on.</returns>
    private protected bool MayPrune(string sourceName, string target)
    {
        var preference = SessionState.PSVariable.GetValue("ConfirmPreference");
        var mustAsk = Prune && !Force && !MyInvocation.BoundParameters.ContainsKey("Confirm")
            && LanguagePrimitives.TryConvertTo<ConfirmImpact>(preference, out var impact) && impact != ConfirmImpact.None;
        return !mustAsk || ShouldContinue($"Every key in {target} that is not in {sourceName} will be removed.", "Remove keys?");
    }
}
