
namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Encodes the names in a configuration. A name is a part of a key, or several parts with <c>/</c> between them, unchanged. A part that is not text,
/// or would be misread, is written as <c>$base64:</c> and its bytes in URL-safe Base64, which contains no <c>/</c>.</summary>
internal static class TreeName
{
    /// <summary>The only name of an object that represents bytes: its value is their Base64.</summary>
    public const string Bytes = "$base64";

    private const string Prefix = Bytes + ":";

    /// <summary>Encodes a name.</summary>
    /// <param name="name">The part of the key.</param>
    public static string Encode(string name) => IsPlain(name) ? name : string.Join(KeyRules.Separator, name.Split(KeyRules.Separator).Select(part => IsPlain(part) ? part : EncodeAnyway(part)));

    /// <summary>Encodes a part of a key in Base64, even if it is text.</summary>
    /// <param name="part">The part, without <c>/</c>.</param>
    public static string EncodeAnyway(string part) => Prefix + Convert.ToBase64String(KeyText.Encode(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Decodes a name.</summary>
    /// <param name="name">The name, as read.</param>
    /// <exception cref="FormatException">The name is marked as Base64, but is not valid Base64.</exception>
    public static string Decode(string name) =>
        name.Contains(Prefix, StringComparison.Ordinal) ? string.Join(KeyRules.Separator, name.Split(KeyRules.Separator).Select(DecodePart)) : name;

    private static bool IsPlain(string name) => !name.Contains(Prefix, StringComparison.Ordinal) && TreeText.IsText(KeyText.Encode(name));

    private static string DecodePart(string part)
    {
        if (!part.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return part;
        }

        var digits = part[Prefix.Length..].Replace('-', '+').Replace('_', '/');
        try
        {
            return KeyText.Decode(Convert.FromBase64String(digits + new string('=', (4 - digits.Length % 4) % 4)));
        }
        catch (FormatException e)
        {
            throw new FormatException($"the name '{part}' is marked as Base64, but is not valid Base64", e);
        }
    }
}
