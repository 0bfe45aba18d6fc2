using System.Globalization;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Takes a duration as a TimeSpan or as a number of seconds. By itself PowerShell would take a whole number as ticks of 100 ns.</summary>
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            // An empty cell of a CSV file is no duration.
            null or "" => null,
            TimeSpan => value,
            string text => Parse(text),
            byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal
                => Seconds(Convert.ToDouble(value, CultureInfo.InvariantCulture), value),
            _ => throw Refused(value),
        };
    }

    private static TimeSpan Parse(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return Seconds(seconds, text);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : throw Refused(text);
    }

    private static TimeSpan Seconds(double seconds, object given) =>
        Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw Refused(given);

    private static ArgumentTransformationMetadataException Refused(object value) =>
        new($"'{value}' is not a duration. Give a number of seconds, such as 30 or 0.5, or a TimeSpan, such as '00:05:00'.");
}
