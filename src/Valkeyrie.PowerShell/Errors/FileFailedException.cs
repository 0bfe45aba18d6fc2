using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Errors;

/// <summary>A file that belongs to one of several keys could not be read. It never leaves the command.</summary>
/// <param name="error">The error of that file.</param>
[SuppressMessage("Design", "CA1032", Justification = "Thrown in one place and caught in one.")]
internal sealed class FileFailedException(ErrorRecord error) : Exception(error.Exception.Message, error.Exception)
{
    /// <summary>The error.</summary>
    public ErrorRecord ErrorRecord { get; } = error;
}
