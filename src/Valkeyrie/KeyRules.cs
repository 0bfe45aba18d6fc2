using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>The rules that keys follow on every store.</summary>
public static class KeyRules
{
    /// <summary>The character that separates the parts of a key by convention.</summary>
    public const char Separator = '/';

    /// <summary>Refuses a key that is empty, contains a NUL, or is not valid text (half of a surrogate pair).</summary>
    /// <param name="key">The key.</param>
    /// <param name="what">The name of the text in the message. Default: <c>key</c>.</param>
    /// <param name="paramName">The name of the parameter. Default: the caller's argument expression.</param>
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

        // Most keys contain no surrogate, which this check finds fast. For the others only the encoder knows whether a surrogate represents a byte.
        if (key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            KeyText.Encode(key);
        }
    }
}
