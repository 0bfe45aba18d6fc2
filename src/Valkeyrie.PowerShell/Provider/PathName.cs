using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Writes a part of a key (what stands between two slashes) as a name in a path, and reads it back. Most are the same.</summary>
/// <remarks>A path cannot have an empty name, nor <c>.</c> and <c>..</c> as names, and takes a backslash for a separator. Those are written with a percent
/// sign: <c>%</c> alone for the empty part, <c>%2E</c> for a dot that is a whole part, <c>%5C</c> for a backslash. Other percent signs stay as they are,
/// but for one that would be read as such a sign: <c>%25</c>.</remarks>
internal static class PathName
{
    private const string Empty = "%";
    private static readonly System.Buffers.SearchValues<char> WildcardCharacters = System.Buffers.SearchValues.Create("*?[]`");
    private static readonly (string Sign, char Meaning)[] Signs = [("%25", '%'), ("%5C", '\\'), ("%2E", '.')];

    /// <summary>A part of a key as a name in a path.</summary>
    public static string Of(string part) => part switch
    {
        "" => Empty,
        "." => "%2E",
        ".." => "%2E%2E",
        Empty => "%25",
        _ when part.AsSpan().ContainsAny('%', '\\') => Escape(part),
        _ => part,
    };

    /// <summary>The part of a key that a name in a path stands for.</summary>
    public static string Read(string name)
    {
        if (name == Empty)
        {
            return "";
        }

        if (!name.Contains('%', StringComparison.Ordinal))
        {
            return name;
        }

        var part = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var meaning = SignAt(name, i);
            part.Append(meaning ?? name[i]);
            i += meaning is null ? 0 : 2;
        }

        return part.ToString();
    }

    /// <summary>What all names begin with that fit a pattern, or a text that goes on: what comes before its first wildcard character.</summary>
    public static string LiteralBeginning(string pattern) => pattern.AsSpan().IndexOfAny(WildcardCharacters) is >= 0 and var end ? pattern[..end] : pattern;

    /// <summary>What the parts of keys begin with whose names have a beginning. It may be less than the beginning tells, where that has a percent sign.</summary>
    public static string PartBeginning(string name) => name.IndexOf('%', StringComparison.Ordinal) is >= 0 and var sign ? name[..sign] : name;

    private static string Escape(string part)
    {
        var name = new StringBuilder(part.Length + 2);
        for (var i = 0; i < part.Length; i++)
        {
            _ = part[i] switch
            {
                '\\' => name.Append("%5C"),
                '%' when SignAt(part, i) is not null => name.Append("%25"),
                var c => name.Append(c),
            };
        }

        return name.ToString();
    }

    private static char? SignAt(string text, int index)
    {
        foreach (var (sign, meaning) in Signs)
        {
            if (text.AsSpan(index).StartsWith(sign, StringComparison.OrdinalIgnoreCase))
            {
                return meaning;
            }
        }

        return null;
    }
}
