using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that tells nothing but what can be seen: whatever it says to a user beside its output (errors, warnings, questions, progress) is made
/// visible on its way, so that no key, no value and no server's words control the terminal. What it emits is data, and stays as it is.</summary>
public abstract class VisibleCmdlet : PSCmdlet
{
    /// <summary>Writes an error that lets the command go on.</summary>
    /// <param name="errorRecord">The error.</param>
    protected new void WriteError(ErrorRecord errorRecord) => base.WriteError(VisibleError.Of(errorRecord));

    /// <summary>Ends the command with an error.</summary>
    /// <param name="errorRecord">The error.</param>
    protected new void ThrowTerminatingError(ErrorRecord errorRecord) => base.ThrowTerminatingError(VisibleError.Of(errorRecord));

    /// <summary>Writes a warning.</summary>
    /// <param name="text">The warning.</param>
    protected new void WriteWarning(string text) => base.WriteWarning(VisibleText.Of(text));

    /// <summary>Tells what is done, to whoever asked for it.</summary>
    /// <param name="text">What is done.</param>
    protected new void WriteVerbose(string text) => base.WriteVerbose(VisibleText.Of(text));

    /// <summary>Tells what helps to find a fault.</summary>
    /// <param name="text">The text.</param>
    protected new void WriteDebug(string text) => base.WriteDebug(VisibleText.Of(text));

    /// <summary>Shows how far the work is.</summary>
    /// <param name="progressRecord">How far it is.</param>
    protected new void WriteProgress(ProgressRecord progressRecord) => base.WriteProgress(VisibleProgress.Of(progressRecord));

    /// <summary>Asks before something is changed, or tells what would be.</summary>
    /// <param name="target">What is changed.</param>
    protected new bool ShouldProcess(string target) => base.ShouldProcess(VisibleText.Of(target));

    /// <inheritdoc cref="ShouldProcess(string)"/>
    /// <param name="target">What is changed.</param>
    /// <param name="action">What is done.</param>
    protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(VisibleText.Of(target), VisibleText.Of(action));

    /// <inheritdoc cref="ShouldProcess(string)"/>
    /// <param name="verboseDescription">What is done.</param>
    /// <param name="verboseWarning">The question.</param>
    /// <param name="caption">What stands above it.</param>
    protected new bool ShouldProcess(string verboseDescription, string verboseWarning, string caption) =>
        base.ShouldProcess(VisibleText.Of(verboseDescription), VisibleText.Of(verboseWarning), VisibleText.Of(caption));

    /// <summary>Asks in any case.</summary>
    /// <param name="query">The question.</param>
    /// <param name="caption">What stands above it.</param>
    protected new bool ShouldContinue(string query, string caption) => base.ShouldContinue(VisibleText.Of(query), VisibleText.Of(caption));

    /// <inheritdoc cref="ShouldContinue(string, string)"/>
    /// <param name="query">The question.</param>
    /// <param name="caption">What stands above it.</param>
    /// <param name="yesToAll">True after an answer to all.</param>
    /// <param name="noToAll">True after a refusal of all.</param>
    protected new bool ShouldContinue(string query, string caption, ref bool yesToAll, ref bool noToAll) =>
        base.ShouldContinue(VisibleText.Of(query), VisibleText.Of(caption), ref yesToAll, ref noToAll);
}
