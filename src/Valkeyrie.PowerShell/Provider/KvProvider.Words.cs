using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Writes the messages of the drive, with control characters shown as in <see cref="VisibleCmdlet"/>.</summary>
public sealed partial class KvProvider
{
    private new void WriteError(ErrorRecord errorRecord) => base.WriteError(VisibleError.Of(errorRecord));

    private new void ThrowTerminatingError(ErrorRecord errorRecord) => base.ThrowTerminatingError(VisibleError.Of(errorRecord));

    private new void WriteWarning(string text) => base.WriteWarning(VisibleText.Of(text));

    private new void WriteVerbose(string text) => base.WriteVerbose(VisibleText.Of(text));

    private new void WriteProgress(ProgressRecord progressRecord) => base.WriteProgress(VisibleProgress.Of(progressRecord));

    private new bool ShouldProcess(string target, string action) => base.ShouldProcess(VisibleText.Of(target), VisibleText.Of(action));
}
