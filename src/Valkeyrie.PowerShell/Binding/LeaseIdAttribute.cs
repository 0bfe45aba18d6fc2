using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Takes a lease for its number: a lease, a pair or event with one, a number, or text in hexadecimal as etcd's tools and the views show it.</summary>
/// <remarks>A number has at most 16 digits in hexadecimal; text of more decimal digits than that is a decimal number.</remarks>
public sealed class LeaseIdAttribute : ArgumentTransformationAttribute
{
    private const int MostHexDigits = 16;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            // An unset variable must not pass for no lease.
            null => throw new ArgumentTransformationMetadataException("The lease is null. Specify a lease from New-KvLease or Get-KvLease, or its number."),
            KvLease lease => lease.Id,
            KvPair pair => pair.LeaseId ?? 0,
            KvEvent change => change.Pair.LeaseId ?? 0,
            sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            string text => Parse(text),

            // Digits with an e among them, which PowerShell takes for a number if they are typed without quotes.
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

    // The inner exception tells the binder that this is a mismatch, so that it goes on to try the other parameters.
    private static ArgumentTransformationMetadataException Refused(object value)
    {
        var message = $"'{value}' is not a lease. Specify a lease from New-KvLease or Get-KvLease, or its number; text is read as hexadecimal.";
        return new(message, new PSInvalidCastException(message));
    }
}
