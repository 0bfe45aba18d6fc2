using System.Text;

namespace Valkeyrie.Engine;

/// <summary>Selects the names in a directory that start with a prefix, regardless of case, and finds where such names can occur among its keys.</summary>
/// <param name="start">The directory with its last slash; empty for all keys.</param>
/// <param name="text">The prefix of the names.</param>
public sealed class NamePrefix(string start, string text)
{
    // Some letters have more than two forms: sigma has another form at the end of a word. All forms with one upper case are collected.
    private static readonly Lazy<ILookup<char, char>> OtherForms = new(() =>
        Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => char.ToUpperInvariant(c) != c).ToLookup(char.ToUpperInvariant));

    // The forms of each character in keys, in the order of their bytes.
    private readonly char[][] _forms = [.. text.Select((_, at) => FormsOf(text, at))];

    /// <summary>Creates the filter; null for an empty text, because every name starts with it.</summary>
    /// <exception cref="KvInvalidArgumentException">The text breaks a rule of <see cref="KeyRules"/>.</exception>
    public static NamePrefix? Of(string start, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        KeyRules.Check(text, "prefix of the names");
        return new(start, text);
    }

    /// <summary>Checks whether a key is a matching entry or is below one.</summary>
    /// <param name="key">A key of the directory.</param>
    public bool Matches(string key) => key.AsSpan(start.Length).StartsWith(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the beginning of the first matching keys after a position.</summary>
    /// <param name="place">A key of the directory that does not match, or its beginning.</param>
    /// <returns>The directory and the beginning of a name; null if no key after the position can match.</returns>
    public string? FirstAfter(string place)
    {
        // The longer the unchanged part, the less is skipped.
        for (var kept = Math.Min(place.Length - start.Length, text.Length - 1); kept >= 0; kept--)
        {
            var same = place.AsSpan(start.Length, kept);
            if (!text.AsSpan().StartsWith(same, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var form in _forms[kept])
            {
                var first = string.Concat(start, same, [form], [.. _forms.Skip(kept + 1).Select(f => f[0])]);
                if (KeyOrder.Compare(first, place) > 0)
                {
                    return first;
                }
            }
        }

        return null;
    }

    private static char[] FormsOf(string text, int at)
    {
        var c = text[at];
        if (char.IsLowSurrogate(c) && at > 0 && Rune.TryGetRuneAt(text, at - 1, out var rune))
        {
            // The upper and lower case of letters beyond 16 bits differ only in this half.
            return [.. new[] { rune, Rune.ToUpperInvariant(rune), Rune.ToLowerInvariant(rune) }.Select(r => $"{r}"[^1]).Distinct().Order()];
        }

        var upper = char.ToUpperInvariant(c);
        return [.. OtherForms.Value[upper].Append(upper).Append(c).Distinct().Order()];
    }
}
