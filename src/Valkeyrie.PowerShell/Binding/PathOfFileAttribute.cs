using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Refuses a hashtable or an object of properties for the path of a file. PowerShell alone would use the name of its type as the path.</summary>
public sealed class PathOfFileAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (BareWord.Unwrapped(inputData) is IDictionary or PSObject { BaseObject: PSCustomObject })
        {
            var message = "The argument must be the path of a file, not an object. Pipe the object, as in $tree | Import-KvTree app, or specify it with -InputObject.";
            throw new ArgumentTransformationMetadataException(message, new PSInvalidCastException(message));
        }

        return inputData;
    }
}
