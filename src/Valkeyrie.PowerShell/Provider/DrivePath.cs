namespace Valkeyrie.PowerShell.Provider;

/// <summary>The paths that PowerShell and the provider speak to each other: <c>DRIVE:/name/name</c>, with the platform's separator. Both slashes separate
/// names on every platform, several in a row as one.</summary>
/// <remarks>Nothing here asks the store: PowerShell takes paths apart many times for one command. It also asks about pieces of paths, with and without a
/// drive or a slash at their beginning.</remarks>
internal static class DrivePath
{
    private static readonly char Separator = Path.DirectorySeparatorChar;
    private static readonly char Other = Separator == '/' ? '\\' : '/';

    /// <summary>The root of a drive.</summary>
    public static string RootOf(string drive) => $"{drive}:{Separator}";

    /// <summary>Takes a path apart.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The drive's name, null where the path has none; and the names.</returns>
    public static (string? Drive, string[] Names) Parse(string path)
    {
        path = Normalize(path);
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        var hasDrive = colon > 0 && path.IndexOf(Separator, StringComparison.Ordinal) is var first && (first < 0 || first > colon);
        var names = (hasDrive ? path[(colon + 1)..] : path).Split(Separator, StringSplitOptions.RemoveEmptyEntries);
        return (hasDrive ? path[..colon] : null, names);
    }

    /// <summary>True if a path ends with a separator, which stands for a directory.</summary>
    public static bool IsDirectory(string path) => path.Length > 0 && path[^1] is '/' or '\\';

    /// <summary>Puts a path together.</summary>
    public static string Join(string parent, string child)
    {
        parent = Normalize(parent);
        child = Normalize(child);
        if (parent.Length == 0)
        {
            return child;
        }

        var rest = child.StartsWith(Separator) ? child[1..] : child;
        return parent[^1] == Separator ? parent + rest : parent + Separator + rest;
    }

    /// <summary>What a path lies in; empty for a root or a single name.</summary>
    public static string ParentOf(string path)
    {
        path = Normalize(path).TrimEnd(Separator);
        return path.LastIndexOf(Separator) switch
        {
            < 0 => "",
            0 => path[..1],
            var end => Rooted(path[..end]),
        };
    }

    /// <summary>The last name of a path; of a root the root itself.</summary>
    public static string NameOf(string path)
    {
        path = Normalize(path).TrimEnd(Separator);
        return path.LastIndexOf(Separator) is >= 0 and var end ? path[(end + 1)..] : Rooted(path);
    }

    /// <summary>A path as seen from another one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="from">Where it is seen from; empty for nowhere.</param>
    public static string Relative(string path, string? from)
    {
        var names = Resolved(path);
        if (string.IsNullOrEmpty(from))
        {
            return string.Join(Separator, names) is var whole && names.Count == 1 ? Rooted(whole) : whole;
        }

        var bases = Resolved(from);
        var common = 0;
        while (common < names.Count && common < bases.Count && Same(names[common], bases[common], isFirst: common == 0))
        {
            common++;
        }

        // The place itself is shown by its name; a drive's root, which has none, by nothing.
        if (common == names.Count && common == bases.Count && common > 1)
        {
            return $"..{Separator}{names[^1]}";
        }

        return common == 0 && bases.Count > 0
            ? Normalize(path)
            : string.Join(Separator, Enumerable.Repeat("..", bases.Count - common).Concat(names.Skip(common)));
    }

    private static bool Same(string a, string b, bool isFirst) =>
        string.Equals(a, b, isFirst && a.EndsWith(':') ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static List<string> Resolved(string path)
    {
        var names = new List<string>();
        foreach (var name in Normalize(path).Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ".." && names.Count > 0 && names[^1] != "..")
            {
                names.RemoveAt(names.Count - 1);
            }
            else if (name != ".")
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static string Rooted(string path) => path.Length > 1 && path[^1] == ':' && !path.Contains(Separator, StringComparison.Ordinal) ? path + Separator : path;

    private static string Normalize(string path) => path.Replace(Other, Separator);
}
