using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Xml;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Turns a value as PowerShell gives it into the bytes to be stored: text as UTF-8, bytes as they are, numbers, dates and the like
/// culture-invariant, anything else as JSON.</summary>
internal static class ValueBytes
{
    /// <summary>The bytes of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="toJson">Writes an object as JSON.</param>
    /// <param name="key">The key it is for, to be named in an error.</param>
    /// <exception cref="KvInvalidArgumentException">The value is null, a secret or a script block.</exception>
    public static ReadOnlyMemory<byte> From(object? value, Func<object, string> toJson, string key)
    {
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            string text => Encoding.UTF8.GetBytes(text),
            byte[] bytes => bytes,
            ReadOnlyMemory<byte> memory => memory,
            null => throw new KvInvalidArgumentException("The value is null. For an empty value give ''.") { Key = key },
            SecureString or PSCredential => throw new KvInvalidArgumentException(
                $"A {plain.GetType().Name} is not stored: its secret would be lost or laid open. Give the text that is meant.") { Key = key },
            ScriptBlock => throw new KvInvalidArgumentException(
                "The value is a script block, which is not run. Make objects with a Key and a Value first, as Select-Object can; for its text give \"$block\".") { Key = key },
            IList list when AsBytes(list) is { } bytes => bytes,
            _ => Encoding.UTF8.GetBytes(TextOf(plain) ?? toJson(value!)),
        };
    }

    // What Get-Content -AsByteStream and an unrolled byte[] leave in a variable.
    private static byte[]? AsBytes(IList list)
    {
        var bytes = new byte[list.Count];
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i] is PSObject wrapped ? wrapped.BaseObject : list[i];
            if (item is not byte b)
            {
                return null;
            }

            bytes[i] = b;
        }

        return list.Count > 0 ? bytes : null;
    }

    private static string? TextOf(object value) => value switch
    {
        // An object of properties alone, which claims to be formattable.
        PSObject => null,
        bool truth => truth ? "true" : "false",
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("o", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        XmlNode xml => xml.OuterXml,
        _ => null,
    };
}
