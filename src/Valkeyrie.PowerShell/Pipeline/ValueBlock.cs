using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A block that computes a value from its input, which is <c>$_</c> and its first argument. Any error ends the block: an incomplete run
/// would not return the intended value.</summary>
/// <param name="block">The block.</param>
/// <param name="name">The parameter of the block, for errors.</param>
internal sealed class ValueBlock(ScriptBlock block, string name)
{
    /// <summary>Computes a value.</summary>
    /// <param name="input">The input of the block.</param>
    /// <param name="key">The key of the value.</param>
    /// <exception cref="KvInvalidArgumentException">The block failed, or returned nothing.</exception>
    public object? Make(object? input, string key)
    {
        ExceptionDispatchInfo? end = null;
        Collection<PSObject> made = [];
        EnclosingTry.Put(() => end = Run(input, out made));
        try
        {
            end?.Throw();
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
