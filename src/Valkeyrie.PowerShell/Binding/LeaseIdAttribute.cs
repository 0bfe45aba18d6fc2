using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts a lease as its id: a lease, a pair or event with a lease, a number, or hexadecimal text as in etcd's tools and the views.</summary>
/// <remarks>An id has at most 16 hexadecimal digits; text with more decimal digits is read as a decimal number.</remarks>
public sealed class LeaseIdAttribute : ArgumentTransformationAttribute
{
    private const int MostHexDigits = 16;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            // An unset variable must not mean "no lease".
            null => throw new ArgumentTransformationMetadataException("The lease is null. Specify a lease from New-KvLease or Get-KvLease, or its number."),
            KvLease lease => lease.Id,
            KvPair pair => pair.LeaseId ?? 0,
            KvEvent change => change.Pair.LeaseId ?? 0,
            sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            string text => Parse(text),

            // Digits with an e among them: PowerShell reads them as a number if they have no quotes.
            float or double or decimal or ulong => Parse(LanguagePrimitives.ConvertTo<string>(inputData)),
            IList list => Array.ConvertAll<object?, object?>([.. list], item => Transform(engineIntrinsics, item)),
            PSObject { Properties: var properties } when BareWord.Unwrapped(properties[nameof(KvLease.Id)]?.Value) is long id => id,
            PSObject { Properties: var properties } when BareWord.Unwrapped(properties[nameof(KvPair.LeaseId)]?.Value) is long id => id,
            PSObject { Properties: var properties } when properties[nameof(KvPair.LeaseId)] is { Value: null } => 0L,
            _ => throw Refused(value),
        };
    }

    private static long Parse(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length > MostHexDigits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : digits.Length <= MostHexDigits && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id) ? id
            : throw Refused(text);
    }

    // The inner exception marks a mismatch, so the binder tries the other parameters.
    private static ArgumentTransformationMetadataException Refused(object value)
    {
        var message = $"'{value}' is not a lease. Specify a lease from New-KvLease or Get-KvLease, or its number; text is read as hexadecimal.";
        return new(message, new PSInvalidCastException(message));
    }
}
