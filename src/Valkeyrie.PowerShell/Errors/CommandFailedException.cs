using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Errors;

/// <summary>Ends a command with an error. The exception never leaves the command.</summary>
/// <param name="error">The error.</param>
[SuppressMessage("Design", "CA1032", Justification = "Thrown in one place and caught in one.")]
internal sealed class CommandFailedException(ErrorRecord error) : Exception(error.Exception.Message, error.Exception)
{
    /// <summary>Gets the error.</summary>
    public ErrorRecord Error { get; } = error;
}
