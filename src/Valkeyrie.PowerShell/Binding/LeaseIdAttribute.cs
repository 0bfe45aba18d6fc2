using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts a lease as its id: a lease, a pair or event with a lease, a number, or hexadecimal text as in etcd's tools and the views.</summary>
/// <remarks>An argument that the user types is text, with or without quotes: <c>10</c> is the lease that the views show as 10. The number in a variable or a
/// property is a number. An id has at most 16 hexadecimal digits; text with more decimal digits is read as a decimal number.</remarks>
public sealed class LeaseIdAttribute : ArgumentTransformationAttribute
{
    private const int MostHexDigits = 16;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = BareWord.Unwrapped(inputData);
        return value switch
        {
            // An unset variable must not mean "no lease".
            null => throw new ArgumentTransformationMetadataException("The lease is null. Specify a lease from New-KvLease or Get-KvLease, or its number."),
            KvLease lease => lease.Id,
            KvPair pair => pair.LeaseId ?? 0,
            KvEvent change => change.Pair.LeaseId ?? 0,

            // Digits without quotes, which PowerShell reads as a number.
            int or long or float or double or decimal or ulong when ListedWord.ArgumentOf(value) is { } text => ParseTyped(text, value),
            sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            string text => Parse(text),
            float or double or decimal or ulong => Parse(LanguagePrimitives.ConvertTo<string>(inputData)),
            IList list => Elements(engineIntrinsics, list),
            PSObject { Properties: var properties } when BareWord.Unwrapped(properties[nameof(KvLease.Id)]?.Value) is long id => id,
            PSObject { Properties: var properties } when BareWord.Unwrapped(properties[nameof(KvPair.LeaseId)]?.Value) is long id => id,
            PSObject { Properties: var properties } when properties[nameof(KvPair.LeaseId)] is { Value: null } => 0L,
            _ => throw Refused(value),
        };
    }

    // PowerShell does not keep the text of the numbers in a list.
    private object?[] Elements(EngineIntrinsics engineIntrinsics, IList list)
    {
        if (ListedWord.NumberIn(list, number => ParseText(number.Extent.Text) != ToInt64(number.Value)) is { } typed)
        {
            var message = $"In a list, PowerShell reads {typed.Extent.Text} as a decimal number, but leases are shown in hexadecimal. Quote it: '{typed.Extent.Text}'.";
            throw new ArgumentTransformationMetadataException(message, new ArgumentException(message));
        }

        return Array.ConvertAll<object?, object?>([.. list], item => Transform(engineIntrinsics, item));
    }

    private static long? ToInt64(object number) => LanguagePrimitives.TryConvertTo<long>(number, CultureInfo.InvariantCulture, out var id) ? id : null;

    // A number that is not hexadecimal, such as 31L, is intended as a number.
    private static long ParseTyped(string text, object number) =>
        ParseText(text) ?? (number is int or long ? Convert.ToInt64(number, CultureInfo.InvariantCulture) : throw Refused(text));

    private static long Parse(string text) => ParseText(text) ?? throw Refused(text);

    private static long? ParseText(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        var style = digits.Length > MostHexDigits ? NumberStyles.None : NumberStyles.AllowHexSpecifier;
        return long.TryParse(digits, style, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    // The inner exception marks a mismatch, so the binder tries the other parameters.
    private static ArgumentTransformationMetadataException Refused(object value)
    {
        var message = $"'{value}' is not a lease. Specify a lease from New-KvLease or Get-KvLease, or its number; text is read as hexadecimal.";
        return new(message, new PSInvalidCastException(message));
    }
}
