using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets whose messages are visible: errors, warnings, prompts and progress show control characters instead of executing them, so no
/// key, no value and no server's text controls the terminal. The output is data and remains unchanged.</summary>
public abstract class VisibleCmdlet : PSCmdlet
{
    /// <summary>Writes an error that does not end the command.</summary>
    /// <param name="errorRecord">The error.</param>
    protected new void WriteError(ErrorRecord errorRecord) => base.WriteError(VisibleError.Of(errorRecord));

    /// <summary>Ends the command with an error.</summary>
    /// <param name="errorRecord">The error.</param>
    protected new void ThrowTerminatingError(ErrorRecord errorRecord) => base.ThrowTerminatingError(VisibleError.Of(errorRecord));

    /// <summary>Writes a warning.</summary>
    /// <param name="text">The warning.</param>
    protected new void WriteWarning(string text) => base.WriteWarning(VisibleText.Of(text));

    /// <summary>Writes a verbose message.</summary>
    /// <param name="text">The message.</param>
    protected new void WriteVerbose(string text) => base.WriteVerbose(VisibleText.Of(text));

    /// <summary>Writes a debug message.</summary>
    /// <param name="text">The message.</param>
    protected new void WriteDebug(string text) => base.WriteDebug(VisibleText.Of(text));

    /// <summary>Shows progress.</summary>
    /// <param name="progressRecord">The progress.</param>
    protected new void WriteProgress(ProgressRecord progressRecord) => base.WriteProgress(VisibleProgress.Of(progressRecord));

    /// <summary>Asks for confirmation of a change, or shows it for -WhatIf.</summary>
    /// <param name="target">The target of the change.</param>
    protected new bool ShouldProcess(string target) => base.ShouldProcess(VisibleText.Of(target));

    /// <inheritdoc cref="ShouldProcess(string)"/>
    /// <param name="target">The target of the change.</param>
    /// <param name="action">The change.</param>
    protected new bool ShouldProcess(string target, string action) => ShouldProcess(
        // The text of PowerShell's own overload, which reads its resources again for each object of a pipeline, even if no one sees the text.
        $"Performing the operation \"{action}\" on target \"{target}\".", verboseWarning: null, caption: null);

    /// <inheritdoc cref="ShouldProcess(string)"/>
    /// <param name="verboseDescription">The description of the change.</param>
    /// <param name="verboseWarning">The question.</param>
    /// <param name="caption">The caption of the question.</param>
    protected new bool ShouldProcess(string verboseDescription, string? verboseWarning, string? caption) => base.ShouldProcess(
        VisibleText.Of(verboseDescription), verboseWarning is null ? null : VisibleText.Of(verboseWarning), caption is null ? null : VisibleText.Of(caption));

    /// <summary>Asks for confirmation unconditionally.</summary>
    /// <param name="query">The question.</param>
    /// <param name="caption">The caption of the question.</param>
    protected new bool ShouldContinue(string query, string caption) => base.ShouldContinue(VisibleText.Of(query), VisibleText.Of(caption));

    /// <inheritdoc cref="ShouldContinue(string, string)"/>
    /// <param name="query">The question.</param>
    /// <param name="caption">The caption of the question.</param>
    /// <param name="yesToAll">True after an answer to all.</param>
    /// <param name="noToAll">True after a refusal of all.</param>
    protected new bool ShouldContinue(string query, string caption, ref bool yesToAll, ref bool noToAll) =>
        base.ShouldContinue(VisibleText.Of(query), VisibleText.Of(caption), ref yesToAll, ref noToAll);
}
