using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Converts a value from PowerShell to bytes: text as UTF-8, bytes unchanged, a pair as its value, a bare word as typed, numbers, dates and similar
/// objects culture-invariant, and anything else as JSON.</summary>
internal static class ValueBytes
{
    /// <summary>Gets the bytes of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="toJson">Writes an object as JSON.</param>
    /// <param name="key">The key of the value, for errors.</param>
    /// <exception cref="KvInvalidArgumentException">The value is null, a secret, a script block, a file or another object that is not data.</exception>
    public static ReadOnlyMemory<byte> From(object? value, Func<object, string> toJson, string key)
    {
        var plain = DeserializedPair.Revive(value) ?? BareWord.Plain(value);
        return plain switch
        {
            string text => Encoding.UTF8.GetBytes(text),
            byte[] bytes => bytes,
            ReadOnlyMemory<byte> memory => memory,
            null => throw new KvInvalidArgumentException("The value is null. For an empty value, specify ''.") { Key = key },
            SecureString => throw new KvInvalidArgumentException(
                "A SecureString cannot be stored unsealed: its secret would be exposed. To seal it for a certificate, use Set-KvValue -Recipient; otherwise specify the intended text.") { Key = key },
            PSCredential => throw new KvInvalidArgumentException(
                "A PSCredential cannot be stored: its secret would be lost or exposed. Specify the intended text, or seal its password: Set-KvValue KEY $credential.Password -Recipient CERTIFICATE.") { Key = key },
            ScriptBlock => throw new KvInvalidArgumentException(
                "The value is a script block, which runs only for piped objects. Create objects with a Key and a Value first, for example with Select-Object. To store the text of the block, specify \"$block\".") { Key = key },
            KvPair { KeyOnly: true } pair => throw new KvInvalidArgumentException(
                $"The pair of '{pair.Key}' was listed without its value. List it without -KeysOnly.") { Key = key },
            KvPair pair => pair.GetBytes(),
            KvEvent { Type: KvEventType.Existing or KvEventType.Put } change => From(change.Pair, toJson, key),
            KvEvent change => throw new KvInvalidArgumentException($"The value is a {change.Type} event, which has no value.") { Key = key },
            FileInfo file => throw new KvInvalidArgumentException(
                $"The value is the file '{file.Name}', not its content. To store the content, use Set-KvValue KEY -InFile FILE; elsewhere specify (Get-Content -Raw FILE), or for bytes ([IO.File]::ReadAllBytes(FILE)).") { Key = key },
            FileSystemInfo or PSModuleInfo or CommandInfo or PSDriveInfo or ProviderInfo or System.Diagnostics.Process or Delegate or Type or System.Reflection.Assembly =>
                throw new KvInvalidArgumentException(
                    $"The value is a {plain.GetType().Name}, which is not data. Specify the intended text or properties, such as its Name.") { Key = key },
            IList list when AsBytes(list) is { } bytes => bytes,
            IList list when list.Cast<object?>().Any(IsPairOrFile) => throw new KvInvalidArgumentException(
                "The value is an array that contains pairs or files. Pipe pairs to Set-KvValue, each with its own key; for a file, specify its content.") { Key = key },
            _ => Encoding.UTF8.GetBytes(TextOf(plain) ?? toJson(value!)),
        };
    }

    private static bool IsPairOrFile(object? item) => BareWord.Base(item) is KvPair or KvEvent or FileSystemInfo;

    // Get-Content -AsByteStream and an unrolled byte[] leave such an array in a variable.
    private static byte[]? AsBytes(IList list)
    {
        var bytes = new byte[list.Count];
        for (var i = 0; i < list.Count; i++)
        {
            var item = BareWord.Base(list[i]);
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
        // Only an object of properties that claims to be formattable.
        PSObject => null,
        bool truth => truth ? "true" : "false",
        // As ConvertTo-Json writes them: a hashtable and the JSON of it are the same tree.
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("o", CultureInfo.InvariantCulture),
        IFormattable formattable when PlainText.StandsFor(value) => formattable.ToString(null, CultureInfo.InvariantCulture),
        XmlNode xml => xml.OuterXml,
        StringBuilder or Regex => value.ToString(),
        _ => null,
    };
}
