using System.Buffers;
using System.Globalization;
using System.Text;

namespace Valkeyrie.Consul.Calls;

/// <summary>Puts the namespace before keys and takes it off again; and tells which of them a URL path can carry.</summary>
/// <remarks>In a transaction every key is used as it is written. In a URL path the server's router folds <c>a//b</c>, <c>a/./b</c> and <c>a/../b</c> and a slash at
/// the beginning (it answers with a redirect), and its filter refuses characters that do not print. Such keys are read by transactions.</remarks>
/// <param name="keyNamespace">The prefix; empty for none.</param>
internal sealed class KeyPlaces(string keyNamespace)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Simple = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/");

    // What Go's unicode.IsPrint leaves out; and what came into Unicode after the tables of old servers were made.
    private static readonly HashSet<UnicodeCategory> Unprinted =
    [
        UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse, UnicodeCategory.OtherNotAssigned,
        UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
    ];

    private readonly string _namespace = Checked(keyNamespace, "namespace");

    /// <summary>A key as the server has it.</summary>
    /// <exception cref="KvInvalidArgumentException">It breaks a rule of keys.</exception>
    public string StoredOf(string key, string what = "key")
    {
        KeyRules.Check(key, what);
        return string.Concat(_namespace, Checked(key, what));
    }

    /// <summary>What every key of a range starts with, as the server has it; of a single key the key.</summary>
    public string StoredOf(KvRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return string.Concat(_namespace, Checked(range.Start, range.Kind == KvRangeKind.Key ? "key" : range.Kind == KvRangeKind.Directory ? "directory" : "prefix"));
    }

    /// <summary>A key that nobody has, as the server would have it.</summary>
    public string Unused() => $"{_namespace}.valkeyrie-{Guid.NewGuid():n}";

    /// <summary>A key as its user sees it.</summary>
    public string KeyOf(string stored) => stored[_namespace.Length..];

    /// <summary>True if a key lies in the namespace.</summary>
    public bool Covers(string stored) => stored.StartsWith(_namespace, StringComparison.Ordinal);

    /// <summary>The path of a key or of the beginning of keys, escaped; null if a URL path cannot carry it.</summary>
    public static string? PathOf(string stored) => LongestCarried(stored) == stored.Length ? Escape(stored) : null;

    /// <summary>The path of the longest beginning of a text that a URL path can carry, which all keys that start with the text start with, too.</summary>
    public static string PathAbove(string stored) => LongestCarried(stored) is var length && length == stored.Length ? Escape(stored) : Escape(stored[..length].TrimEnd('.'));

    private static string Escape(string stored) =>
        "/v1/kv/" + (stored.AsSpan().ContainsAnyExcept(Simple) ? Uri.EscapeDataString(stored).Replace("%2F", "/", StringComparison.Ordinal) : stored);

    /// <summary>How many characters come through a URL path as they are.</summary>
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

            // A part between two slashes is empty only at the very end, as of a directory.
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

        // Of the planes beyond the first, letters and symbols are still being added.
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
