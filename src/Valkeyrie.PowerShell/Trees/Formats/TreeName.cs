
namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The names in a configuration. A name is a part of a key, or several with <c>/</c> between them, as it stands in the key; a part that is not text, or
/// would be misread, stands as <c>$base64:</c> with its bytes in URL-safe Base64, which has no <c>/</c>.</summary>
internal static class TreeName
{
    /// <summary>The one name of an object that stands for bytes: its value is their Base64.</summary>
    public const string Bytes = "$base64";

    private const string Prefix = Bytes + ":";

    /// <summary>The name to write.</summary>
    /// <param name="name">The part of the key.</param>
    public static string Encode(string name) => IsPlain(name) ? name : string.Join(KeyRules.Separator, name.Split(KeyRules.Separator).Select(part => IsPlain(part) ? part : EncodeAnyway(part)));

    /// <summary>A part of a key in Base64, be it text or not.</summary>
    /// <param name="part">The part, without <c>/</c>.</param>
    public static string EncodeAnyway(string part) => Prefix + Convert.ToBase64String(KeyText.Encode(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>The part of the key that a name stands for.</summary>
    /// <param name="name">The name, as it was read.</param>
    /// <exception cref="FormatException">It is in Base64 that is none.</exception>
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
