using System.Buffers;
using System.Globalization;
using System.Text;

namespace Valkeyrie.Consul.Calls;

/// <summary>Adds the namespace to keys and removes it again, and determines which keys a URL path can contain.</summary>
/// <remarks>In a transaction every key is used as written. In a URL path, the server's router normalizes <c>a//b</c>, <c>a/./b</c>, <c>a/../b</c> and a leading
/// slash (it answers with a redirect), and its filter refuses unprintable characters. Such keys are read by transactions.</remarks>
/// <param name="keyNamespace">The prefix; empty for none.</param>
internal sealed class KeyPlaces(string keyNamespace)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Simple = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/");

    // The categories that Go's unicode.IsPrint excludes, and characters newer than the Unicode tables of old servers.
    private static readonly HashSet<UnicodeCategory> Unprinted =
    [
        UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse, UnicodeCategory.OtherNotAssigned,
        UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
    ];

    private readonly string _namespace = Checked(keyNamespace, "namespace");

    /// <summary>Converts a key to the server's form.</summary>
    /// <exception cref="KvInvalidArgumentException">The key breaks a rule.</exception>
    public string StoredOf(string key, string what = "key")
    {
        KeyRules.Check(key, what);
        return string.Concat(_namespace, Checked(key, what));
    }

    /// <summary>Returns the common beginning of the keys in a range, in the server's form; for a single key the key.</summary>
    public string StoredOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return string.Concat(_namespace, Checked(range.Start, range.Kind == KvRangeKind.Key ? "key" : range.Kind == KvRangeKind.Directory ? "directory" : "prefix"));
    }

    /// <summary>Returns a key that does not exist, in the server's form.</summary>
    public string Unused() => $"{_namespace}.valkeyrie-{Guid.NewGuid():n}";

    /// <summary>Converts a key from the server's form.</summary>
    public string KeyOf(string stored) => stored[_namespace.Length..];

    /// <summary>Checks whether a key is in the namespace.</summary>
    public bool Covers(string stored) => stored.StartsWith(_namespace, StringComparison.Ordinal);

    /// <summary>Returns the escaped path of a key or of a beginning of keys; null if a URL path cannot contain it.</summary>
    public static string? PathOf(string stored) => LongestCarried(stored) == stored.Length ? Escape(stored) : null;

    /// <summary>Returns the path of the longest beginning of a text that a URL path can contain; all keys that start with the text also start with
    /// it.</summary>
    public static string PathAbove(string stored) => LongestCarried(stored) is var length && length == stored.Length ? Escape(stored) : Escape(stored[..length].TrimEnd('.'));

    private static string Escape(string stored) =>
        "/v1/kv/" + (stored.AsSpan().ContainsAnyExcept(Simple) ? Uri.EscapeDataString(stored).Replace("%2F", "/", StringComparison.Ordinal) : stored);

    /// <summary>Returns the number of characters that a URL path transfers unchanged.</summary>
    private static int LongestCarried(string stored)
    {
        var part = 0;
        for (var at = 0; at <= stored.Length; at++)
        {
            if (at < stored.Length && stored[at] != '/')
            {
                if (!IsCarried(stored, ref at))
                {
                    return at;
                }

                continue;
            }

            // A part between two slashes may be empty only at the very end, as for a directory.
            var text = stored.AsSpan(part, at - part);
            if (text is "." or ".." || (text.IsEmpty && (at < stored.Length || part == 0) && stored.Length > 0))
            {
                return part;
            }

            part = at + 1;
        }

        return stored.Length;
    }

    private static bool IsCarried(string stored, ref int at)
    {
        var character = stored[at];
        if (character is >= ' ' and <= '~')
        {
            return true;
        }

        // Letters and symbols are still being added to the planes beyond the first.
        return !char.IsSurrogate(character) && !char.IsWhiteSpace(character) && !Unprinted.Contains(char.GetUnicodeCategory(character));
    }

    private static string Checked(string text, string what)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        try
        {
            Strict.GetByteCount(text);
            return text;
        }
        catch (EncoderFallbackException e)
        {
            throw new KvInvalidArgumentException($"The {what} is not valid text: half of a surrogate pair at position {e.Index}.") { Key = text };
        }
    }
}
