using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Writes and reads JSON with PowerShell's own commands, so values have the form that users know.</summary>
/// <param name="invoker">Runs commands for the calling cmdlet.</param>
internal sealed class JsonConversion(CommandInvocationIntrinsics invoker)
{
    // The warning reports that the object is truncated. All later output would be discarded, and may be endless.
    private static readonly ScriptBlock Write = ScriptBlock.Create(
        $"$PSDefaultParameterValues = @{{}}; Microsoft.PowerShell.Utility\\ConvertTo-Json -InputObject $args[0] -Depth {JsonBounds.Depth} -Compress -ErrorAction Stop "
        + "-WarningAction Stop 3>$null");

    private static readonly ScriptBlock Read = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Utility\\ConvertFrom-Json -InputObject $args[0] -NoEnumerate -ErrorAction Stop");

    /// <summary>Writes a complete object as JSON on one line.</summary>
    /// <exception cref="KvInvalidArgumentException">The object cannot be written completely: it is nested too deep, contains itself, or refers to too many
    /// objects.</exception>
    public string ToJson(object value)
    {
        JsonBounds.Check(value);
        try
        {
            return (string)Run(Write, value)[0].BaseObject;
        }
        catch (ActionPreferenceStopException e)
        {
            throw new KvInvalidArgumentException(
                $"The value cannot be stored as JSON: it contains itself, or is nested more than {JsonBounds.Depth} levels deep. Select the intended properties, or specify text.", e);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new KvInvalidArgumentException($"The value cannot be stored as JSON: {e.ErrorRecord.Exception.Message}", e);
        }
    }

    /// <summary>Reads a JSON text; an array as its elements.</summary>
    /// <exception cref="RuntimeException">The text is not JSON.</exception>
    public Collection<PSObject> FromJson(string text) => Run(Read, text);

    private Collection<PSObject> Run(ScriptBlock script, object argument) => invoker.InvokeScript(useLocalScope: true, script, input: null, argument);
}
