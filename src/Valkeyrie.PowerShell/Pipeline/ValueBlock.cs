using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A block that makes a value of what it gets, which is <c>$_</c> in it and its first argument. An error ends it, wherever in it that is: what is made of a part of
/// it is not the intended value.</summary>
/// <param name="block">The block.</param>
/// <param name="name">The parameter that it was passed to, for errors.</param>
internal sealed class ValueBlock(ScriptBlock block, string name)
{
    /// <summary>Makes a value.</summary>
    /// <param name="input">What the block gets.</param>
    /// <param name="key">The key that it is for.</param>
    /// <exception cref="KvInvalidArgumentException">The block failed, or made nothing.</exception>
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

    // How the block ends is carried past the script that runs it, which would make another error of it.
    private ExceptionDispatchInfo? Run(object? input, out Collection<PSObject> made)
    {
        made = [];
        try
        {
            made = block.InvokeWithContext(null, [new PSVariable("_", input), new PSVariable("ErrorActionPreference", ActionPreference.Stop)], input);
            return null;
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again outside
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
