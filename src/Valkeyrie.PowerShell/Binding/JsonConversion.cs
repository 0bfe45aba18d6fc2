using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Writes and reads JSON by PowerShell's own commands, so that values look as its users know them.</summary>
/// <param name="invoker">The calling cmdlet's way to run commands.</param>
internal sealed class JsonConversion(CommandInvocationIntrinsics invoker)
{
    // The warning says that the object is cut off: what is written after it would be thrown away, and may have no end.
    private static readonly ScriptBlock Write = ScriptBlock.Create(
        $"$PSDefaultParameterValues = @{{}}; Microsoft.PowerShell.Utility\\ConvertTo-Json -InputObject $args[0] -Depth {JsonBounds.Depth} -Compress -ErrorAction Stop "
        + "-WarningAction Stop 3>$null");

    private static readonly ScriptBlock Read = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Utility\\ConvertFrom-Json -InputObject $args[0] -NoEnumerate -ErrorAction Stop");

    /// <summary>An object as JSON in one line, whole.</summary>
    /// <exception cref="KvInvalidArgumentException">It cannot be written whole: it is too deep, contains itself, or leads to too many objects.</exception>
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

    /// <summary>What a JSON text stands for; an array as its elements.</summary>
    /// <exception cref="RuntimeException">The text is not JSON.</exception>
    public Collection<PSObject> FromJson(string text) => Run(Read, text);

    private Collection<PSObject> Run(ScriptBlock script, object argument) => invoker.InvokeScript(useLocalScope: true, script, input: null, argument);
}
