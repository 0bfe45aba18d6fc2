using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Makes progress safe for a terminal.</summary>
internal static class VisibleProgress
{
    /// <summary>Shows the control characters in the texts of a progress record.</summary>
    /// <param name="progress">The record.</param>
    /// <returns>The same record.</returns>
    public static ProgressRecord Of(ProgressRecord progress)
    {
        progress.Activity = VisibleText.Of(progress.Activity);
        progress.StatusDescription = VisibleText.Of(progress.StatusDescription);
        if (progress.CurrentOperation is { Length: > 0 } operation)
        {
            progress.CurrentOperation = VisibleText.Of(operation);
        }

        return progress;
    }
}
