using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Selects keys with wildcards. A pattern with a slash is compared with the part of the key below the listed directory and with the whole key; a
/// pattern without a slash is compared with the last part of the key, as for files; to exclude keys, with each part below the listed directory, so the name of a
/// directory excludes its content. Case is ignored, as in all wildcards of PowerShell.</summary>
internal static class KeyPatterns
{
    /// <summary>Creates the filter for -Include and -Exclude; null if neither is specified.</summary>
    /// <param name="include">A key must match one of these patterns; null for any key.</param>
    /// <param name="exclude">A key must match none of these patterns; null for none.</param>
    /// <returns>A function that takes a key, the length of the listed directory with its slash, and the start of the first part to exclude by its name; it returns
    /// true if the key matches.</returns>
    /// <exception cref="KvInvalidArgumentException">A pattern is empty or is not a wildcard pattern.</exception>
    public static Func<string, int, int, bool>? Filter(string[]? include, string[]? exclude)
    {
        if (include is null && exclude is null)
        {
            return null;
        }

        var wanted = include is null ? null : Array.ConvertAll(include, text => Pattern(text, "-Include"));
        var unwanted = Array.ConvertAll(exclude ?? [], Exclusion);
        return (key, root, first) => (wanted is null || Array.Exists(wanted, fits => fits(key, root))) && !Array.Exists(unwanted, fits => fits(key, root, first));
    }

    private static Func<string, int, int, bool> Exclusion(string text)
    {
        // A directory and its content.
        var isDirectory = text is { Length: > 1 } && text[^1] == KeyRules.Separator;
        var name = isDirectory ? text![..^1] : text;
        if (name?.Contains(KeyRules.Separator, StringComparison.Ordinal) == true)
        {
            var path = Pattern(isDirectory ? text + "*" : text!, "-Exclude");
            return (key, root, _) => path(key, root);
        }

        var pattern = Wildcard(name!, "-Exclude");
        return (key, _, first) => HasPart(key, first, pattern, isDirectory);
    }

    // True if a part of the key below the directory matches; the last part only if it need not be a directory.
    private static bool HasPart(string key, int first, WildcardPattern pattern, bool isDirectory)
    {
        for (var start = first; ;)
        {
            var end = key.IndexOf(KeyRules.Separator, start);
            if (end < 0)
            {
                return !isDirectory && pattern.IsMatch(key[start..]);
            }

            if (pattern.IsMatch(key[start..end]))
            {
                return true;
            }

            start = end + 1;
        }
    }

    private static Func<string, int, bool> Pattern(string text, string parameter)
    {
        var pattern = Wildcard(text, parameter);
        return text.Contains(KeyRules.Separator, StringComparison.Ordinal)
            ? (key, root) => pattern.IsMatch(key) || (root > 0 && pattern.IsMatch(key[root..]))
            : (key, _) => pattern.IsMatch(key[(key.LastIndexOf(KeyRules.Separator) + 1)..]);
    }

    private static WildcardPattern Wildcard(string text, string parameter)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw new KvInvalidArgumentException($"A pattern of {parameter} is empty. Specify a wildcard pattern, such as *.json, or omit the parameter.") { ParamName = parameter };
        }

        // A pattern is parsed at its first use, so this finds a mistake in it.
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            pattern.IsMatch("");
        }
        catch (WildcardPatternException e)
        {
            throw new KvInvalidArgumentException($"'{text}' of {parameter} is not a wildcard pattern. Put a backtick before a literal bracket.", e) { ParamName = parameter };
        }

        return pattern;
    }
}
