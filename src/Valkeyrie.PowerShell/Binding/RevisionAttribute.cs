using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts a revision. A time is refused with a message that describes revisions.</summary>
public sealed class RevisionAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => BareWord.Unwrapped(inputData) is DateTime or DateTimeOffset or TimeSpan
        ? throw new ArgumentTransformationMetadataException(
            "A revision is the number of a change of the store, not a time: stores do not record times. Specify the Revision of a pair, such as the newest one of an earlier listing.")
        : inputData;
}
