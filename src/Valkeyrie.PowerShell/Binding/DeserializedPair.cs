using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Makes a pair or event again of what is left of one after the way out of a job or a remote session: an object of properties.</summary>
internal static class DeserializedPair
{
    private const string Prefix = "Deserialized.";

    /// <summary>The pair or event that an object once was; null if it was none.</summary>
    /// <param name="value">The object.</param>
    public static object? Revive(object? value)
    {
        if (value is not PSObject { BaseObject: PSCustomObject, TypeNames: [var type, ..] } remains)
        {
            return null;
        }

        return type switch
        {
            Prefix + "Valkeyrie.KvPair" => Pair(remains),
            Prefix + "Valkeyrie.KvEvent" when Enum.TryParse<KvEventType>($"{remains.Properties[nameof(KvEvent.Type)]?.Value}", out var kind) =>
                new KvEvent { Type = kind, Pair = Pair(remains) },
            _ => null,
        };
    }

    /// <summary>True for what is left of a pair or event.</summary>
    /// <param name="value">The object.</param>
    public static bool IsOne(object? value) => value is PSObject { BaseObject: PSCustomObject, TypeNames: [Prefix + "Valkeyrie.KvPair" or Prefix + "Valkeyrie.KvEvent", ..] };

    private static KvPair Pair(PSObject remains) => new(Bytes(remains.Properties[PairBytes.Field]?.Value) ?? Decoded(remains))
    {
        Key = $"{remains.Properties[nameof(KvPair.Key)]?.Value}",
        KeyOnly = BareWord.Plain(remains.Properties[nameof(KvPair.KeyOnly)]?.Value) is true,
    };

    // An array of bytes as it was, or a list of numbers, whichever way it came.
    private static byte[]? Bytes(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        byte[] bytes => bytes,
        IEnumerable numbers and not string =>
            [.. numbers.Cast<object>().Select(n => Convert.ToByte(n is PSObject one ? one.BaseObject : n, CultureInfo.InvariantCulture))],
        _ => null,
    };

    // Bytes is a property of sessions that have the module: where an object was taken apart in another one, Value and Encoding alone came along.
    private static byte[] Decoded(PSObject remains)
    {
        var value = $"{remains.Properties[nameof(KvPair.Value)]?.Value}";
        return $"{remains.Properties[nameof(KvPair.Encoding)]?.Value}" == TreeRecord.Base64 ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
    }
}
