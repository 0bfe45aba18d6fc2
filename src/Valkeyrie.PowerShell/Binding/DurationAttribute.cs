using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts a duration as a TimeSpan or as a number of seconds. PowerShell alone would read a whole number as ticks of 100 ns.</summary>
/// <remarks>A <c>[timespan]</c> parameter of a function that calls a command converts a number to such ticks before the command receives it. A duration that is
/// too short to be intended is therefore refused.</remarks>
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <summary>The shortest allowed duration other than zero, in milliseconds. Default: 1.</summary>
    public int ShortestMilliseconds { get; set; } = 1;

    /// <summary>The shortest allowed TimeSpan other than zero, in milliseconds, to detect a large number that a [timespan] parameter read as ticks. Default:
    /// 1.</summary>
    public int ShortestSpanMilliseconds { get; set; } = 1;

    /// <summary>True for a parameter that also takes a script block, which computes a duration for each piped object. Default: false.</summary>
    public bool AllowBlock { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = BareWord.Base(inputData);
        return value switch
        {
            // An empty cell of a CSV file is not a duration.
            null or "" => null,
            ScriptBlock when AllowBlock => value,
            TimeSpan span => Checked(span, Math.Max(ShortestMilliseconds, ShortestSpanMilliseconds)),
            string text => Checked(Parse(text), ShortestMilliseconds),
            byte or short or ushort or int or uint or long or ulong or float or double
                => Checked(Seconds(Convert.ToDouble(value, CultureInfo.InvariantCulture), value), ShortestMilliseconds),
            decimal or sbyte or BigInteger => throw Suffixed(value),
            _ => throw Refused(value),
        };
    }

    private static TimeSpan Checked(TimeSpan span, int shortest)
    {
        if (span == TimeSpan.Zero || span.Duration() >= TimeSpan.FromMilliseconds(shortest))
        {
            return span;
        }

        throw new ArgumentTransformationMetadataException(
            $"The duration {span:c} is shorter than {shortest} ms. A [timespan] parameter reads a number as ticks of 100 ns: "
            + "specify '00:01:00' or ([timespan]::FromSeconds(60)), or declare the parameter of the calling function as [object] and specify seconds.");
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

    // Without quotes, 1d is the decimal 1, 1y the sbyte 1 and 1n the BigInteger 1: the letter that the user intended as a unit is lost.
    private static ArgumentTransformationMetadataException Suffixed(object value) =>
        new($"The number {value} has the type {value.GetType().Name}: PowerShell reads a letter after a number as a numeric type, so 1d is not a day and 1y is not a year. "
            + "Specify a TimeSpan, such as '1.00:00:00' for one day or '00:05:00' for five minutes, or seconds; convert a computed number: ([double] $seconds).");

    private static ArgumentTransformationMetadataException Refused(object value) =>
        new($"'{value}' is not a duration. Specify a number of seconds, such as 30 or 0.5, or a TimeSpan, such as '00:05:00' for five minutes or '1.00:00:00' for one day.");
}
