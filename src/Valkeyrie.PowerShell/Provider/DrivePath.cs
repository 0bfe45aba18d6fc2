namespace Valkeyrie.PowerShell.Provider;

/// <summary>Parses and builds the paths that PowerShell and the provider exchange: <c>DRIVE:/name/name</c>, with the platform's separator. Both slashes
/// separate names on every platform; several in a row count as one.</summary>
/// <remarks>None of these methods contacts the store, because PowerShell parses paths many times for one command. It also passes parts of paths, with and
/// without a drive or a leading slash.</remarks>
internal static class DrivePath
{
    private static readonly char Separator = Path.DirectorySeparatorChar;
    private static readonly char Other = Separator == '/' ? '\\' : '/';

    /// <summary>Gets the root of a drive.</summary>
    public static string RootOf(string drive) => $"{drive}:{Separator}";

    /// <summary>Parses a path.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The name of the drive, null if the path has none; and the names.</returns>
    public static (string? Drive, string[] Names) Parse(string path)
    {
        path = Normalize(path);
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        var hasDrive = colon > 0 && path.IndexOf(Separator, StringComparison.Ordinal) is var first && (first < 0 || first > colon);
        var names = (hasDrive ? path[(colon + 1)..] : path).Split(Separator, StringSplitOptions.RemoveEmptyEntries);
        return (hasDrive ? path[..colon] : null, names);
    }

    /// <summary>True if a path ends with a separator, which marks a directory.</summary>
    public static bool IsDirectory(string path) => path.Length > 0 && path[^1] is '/' or '\\';

    /// <summary>Joins two paths.</summary>
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

    /// <summary>Gets the parent of a path; empty for a root or a single name.</summary>
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

    /// <summary>Gets the last name of a path; for a root, the root itself.</summary>
    public static string NameOf(string path)
    {
        path = Normalize(path).TrimEnd(Separator);
        return path.LastIndexOf(Separator) is >= 0 and var end ? path[(end + 1)..] : Rooted(path);
    }

    /// <summary>Gets a path relative to another one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="from">The other path; empty for none.</param>
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

        // The location itself is shown by its name; the root of a drive has none, so it is empty.
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
