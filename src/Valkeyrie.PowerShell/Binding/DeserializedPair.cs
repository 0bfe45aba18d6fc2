using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Restores a pair or event from the object of properties that arrives from a job or a remote session.</summary>
internal static class DeserializedPair
{
    private const string Prefix = "Deserialized.";

    /// <summary>Restores a pair or event; null if the object was neither.</summary>
    /// <param name="value">The object.</param>
    public static object? Revive(object? value) => value is PSObject { BaseObject: PSCustomObject } remains ? Revive(remains, remains.TypeNames) : null;

    /// <inheritdoc cref="Revive(object?)"/>
    /// <param name="remains">The object.</param>
    /// <param name="typeNames">Its type names, which PowerShell computes at each call.</param>
    public static object? Revive(PSObject remains, IReadOnlyList<string> typeNames)
    {
        return TypeOf(typeNames) switch
        {
            Prefix + "Valkeyrie.KvPair" => Pair(remains),
            Prefix + "Valkeyrie.KvEvent" when Enum.TryParse<KvEventType>($"{remains.Properties[nameof(KvEvent.Type)]?.Value}", out var kind) =>
                new KvEvent { Type = kind, Pair = Pair(remains) },
            _ => null,
        };
    }

    /// <summary>True for a deserialized pair or event.</summary>
    /// <param name="value">The object.</param>
    public static bool IsOne(object? value) => value is PSObject { BaseObject: PSCustomObject } remains && TypeOf(remains.TypeNames) is (Prefix + "Valkeyrie.KvPair") or (Prefix + "Valkeyrie.KvEvent");

    // Without the name of the view that it had, as an item of a drive has one.
    private static string? TypeOf(IReadOnlyList<string> typeNames) =>
        typeNames is [var name, ..] && name.StartsWith(Prefix, StringComparison.Ordinal) ? name.Split('#')[0] : null;

    private static KvPair Pair(PSObject remains) => new(Bytes(remains.Properties[PairBytes.Field]?.Value) ?? Decoded(remains))
    {
        Key = $"{remains.Properties[nameof(KvPair.Key)]?.Value}",
        KeyOnly = BareWord.Plain(remains.Properties[nameof(KvPair.KeyOnly)]?.Value) is true,
    };

    // An array of bytes, or a list of numbers, depending on the serialization.
    private static byte[]? Bytes(object? value) => BareWord.Base(value) switch
    {
        byte[] bytes => bytes,
        IEnumerable numbers and not string =>
            [.. numbers.Cast<object>().Select(n => Convert.ToByte(BareWord.Base(n), CultureInfo.InvariantCulture))],
        _ => null,
    };

    // Bytes is a property only in sessions that have the module. An object serialized in another session has only Value and Encoding.
    private static byte[] Decoded(PSObject remains)
    {
        var value = $"{remains.Properties[nameof(KvPair.Value)]?.Value}";
        return $"{remains.Properties[nameof(KvPair.Encoding)]?.Value}" == TreeRecord.Base64 ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
    }
}
