using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A block that computes a value from its input, which is <c>$_</c> and its first argument. Any error ends the block: an incomplete run
/// would not return the intended value.</summary>
/// <param name="block">The block.</param>
/// <param name="name">The parameter of the block, for errors.</param>
/// <param name="secretIn">The state of the session if the block reads or returns a secret, otherwise null. PowerShell's errors often contain the value, and
/// remain in $Error.</param>
internal sealed class ValueBlock(ScriptBlock block, string name, SessionState? secretIn = null)
{
    /// <summary>Computes a value.</summary>
    /// <param name="input">The input of the block.</param>
    /// <param name="key">The key of the value.</param>
    /// <exception cref="KvInvalidArgumentException">The block failed, or returned nothing.</exception>
    public object? Make(object? input, string key)
    {
        ExceptionDispatchInfo? end = null;
        Collection<PSObject> made = [];
        var errors = secretIn?.PSVariable.GetValue("global:Error") as ArrayList;
        var newest = errors is [var first, ..] ? first : null;
        EnclosingTry.Put(() => end = Run(input, out made));
        while (errors is [var error, ..] && error != newest)
        {
            errors.RemoveAt(0);
        }

        try
        {
            end?.Throw();
        }
        catch (RuntimeException e) when (secretIn is not null && e is not PipelineStoppedException)
        {
            var place = e.ErrorRecord.InvocationInfo is { ScriptLineNumber: > 0 } at ? $" at line {at.ScriptLineNumber}, column {at.OffsetInLine}" : "";
            throw new KvInvalidArgumentException(
                $"The block of -{name} failed for the key '{key}'{place} ({e.ErrorRecord.CategoryInfo.Category}). The message is not shown, because it can contain the secret.") { Key = key };
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new KvInvalidArgumentException($"The block of -{name} failed for the key '{key}': {e.ErrorRecord.Exception.Message}", e) { Key = key };
        }

        return made.Count switch
        {
            0 => throw new KvInvalidArgumentException($"The block of -{name} returned no value for the key '{key}'. To store an empty value, return ''.") { Key = key },
            1 => made[0],
            _ => made.ToArray<object?>(),
        };
    }

    // The error of a block is carried past the invocation, which would turn it into another error.
    private ExceptionDispatchInfo? Run(object? input, out Collection<PSObject> made)
    {
        made = [];
        try
        {
            made = block.InvokeWithContext(null, [new PSVariable("_", input), new PSVariable("ErrorActionPreference", ActionPreference.Stop)], input);
            return null;
        }
#pragma warning disable CA1031 // any exception is rethrown outside
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
