using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>The rules of keys, in one place for every store.</summary>
public static class KeyRules
{
    /// <summary>What separates the parts of a key by convention.</summary>
    public const char Separator = '/';

    /// <summary>Refuses an empty key, one with a NUL, and one that is not valid text (half of a surrogate pair).</summary>
    /// <param name="key">The key.</param>
    /// <param name="what">What to call it in the message.</param>
    /// <param name="paramName">The parameter that it is; by default the argument as it is written.</param>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule.</exception>
    public static void Check(string key, string what = "key", [CallerArgumentExpression(nameof(key))] string? paramName = null)
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new KvInvalidArgumentException($"The {what} must have at least one character.") { ParamName = paramName };
        }

        if (key.Contains('\0', StringComparison.Ordinal))
        {
            throw new KvInvalidArgumentException(
                $"The {what} '{key.Replace("\0", "\\0", StringComparison.Ordinal)}' contains a NUL character, which is not allowed in a key.") { ParamName = paramName, Key = key };
        }

        // Most keys have no surrogates at all, which is seen at once; only the encoder knows which of those that are left stand for a byte.
        if (key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            KeyText.Encode(key);
        }
    }
}
