using System.Collections;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts text from the pipeline, or an object with a property that contains the text. If the property is not a string, such as a number, PowerShell
/// alone would read the object as the text '@{Key=1}'.</summary>
/// <param name="property">The property.</param>
public sealed class TextOfAttribute(string property) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (BareWord.Text(inputData) is { } word)
        {
            return word;
        }

        var value = BareWord.Base(inputData);
        return value switch
        {
            null => value,
            _ when PlainText.Is(value) => value,

            // Some cmdlets bind these objects as a whole; in the others the property Key binds by its name.
            KvPair or KvEvent when property == nameof(KvPair.Key) => inputData,

            // The command reports the error once. If it were refused here, PowerShell would report each pair in its own words.
            _ when property == "Path" && RangeArgument.IsPair(inputData) => RangeArgument.PipedPair,
            IList list => Elements(engineIntrinsics, list),
            _ => TextOf(inputData!),
        };
    }

    private object?[] Elements(EngineIntrinsics engineIntrinsics, IList list)
    {
        ListedWord.Check(list);
        return Array.ConvertAll<object?, object?>([.. list], item => Transform(engineIntrinsics, item));
    }

    private string TextOf(object value) =>
        PSObject.AsPSObject(value).Properties[property]?.Value is { } text
            ? LanguagePrimitives.ConvertTo<string>(text)
            : throw Refused(value);

    // The inner exception marks a mismatch, so the binder tries the other parameters.
    private ArgumentTransformationMetadataException Refused(object value)
    {
        var message = $"An object of type {value.GetType().Name} cannot be used here: it has no property {property}.";
        return new(message, new PSInvalidCastException(message));
    }
}
