namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Converts keys to the paths of nodes and back.</summary>
/// <remarks>A path cannot contain an empty part, <c>.</c>, <c>..</c>, or certain characters. A slash at the start of a key has no effect, because every path
/// has one: <c>/x</c> and <c>x</c> are the same key, and pairs show it as the caller wrote it.</remarks>
internal sealed class NodePaths
{
    // The node reserved by ZooKeeper.
    private const string Reserved = "/zookeeper";

    private readonly string _base;

    /// <param name="chroot">The path of the node that contains all keys; empty for the root.</param>
    /// <param name="keyNamespace">The prefix to add to every key and remove again; empty for none.</param>
    /// <exception cref="KvInvalidArgumentException">No ZooKeeper key can begin with the namespace.</exception>
    public NodePaths(string chroot, string keyNamespace)
    {
        var text = keyNamespace.StartsWith(KeyRules.Separator) ? keyNamespace[1..] : keyNamespace;
        CheckCharacters(text, keyNamespace, "namespace");
        CheckParts(FolderOf(text), keyNamespace, "namespace");
        _base = $"{chroot}/{text}";
    }

    private bool IsRooted => _base[^1] == KeyRules.Separator;

    /// <summary>Converts a key to a path.</summary>
    /// <exception cref="KvInvalidArgumentException">The key is not valid as a path.</exception>
    public string PathOf(string key)
    {
        KeyRules.Check(key);
        var path = PathOf(key, key, "key");
        CheckParts(path.AsSpan(1), key, "key");
        RefuseReserved(path, key);
        return path;
    }

    /// <summary>Converts a range to a range of nodes.</summary>
    /// <exception cref="KvInvalidArgumentException">The keys of the range are not valid as paths.</exception>
    public NodeRange RangeOf(KvRange range)
    {
        var rooted = IsRooted && range.Start.StartsWith(KeyRules.Separator);
        if (range.Kind == KvRangeKind.Key)
        {
            var path = PathOf(range.Text);
            return new NodeRange(this, range, path, path, rooted);
        }

        var what = range.Kind == KvRangeKind.Directory ? "directory" : "prefix";
        var start = PathOf(range.Start, range.Text, what);
        var folder = FolderOf(start.AsSpan(1));
        CheckParts(folder, range.Text, what);
        RefuseReserved(start, range.Text);
        return new NodeRange(this, range, $"/{folder}", start, rooted);
    }

    /// <summary>Converts a path to a key.</summary>
    /// <param name="path">A path below the chroot and the namespace.</param>
    /// <param name="rooted">True for a key with a slash at its start.</param>
    public string KeyOf(string path, bool rooted) => rooted ? string.Concat("/", path.AsSpan(_base.Length)) : path[_base.Length..];

    /// <summary>Checks whether a node is reserved by ZooKeeper.</summary>
    public static bool IsReserved(string path) =>
        path.StartsWith(Reserved, StringComparison.Ordinal) && (path.Length == Reserved.Length || path[Reserved.Length] == KeyRules.Separator);

    /// <summary>Returns the path of the parent node.</summary>
    public static string ParentOf(string path) => path.LastIndexOf(KeyRules.Separator) is > 0 and var at ? path[..at] : "/";

    /// <summary>Returns the path of a child.</summary>
    public static string Join(string path, string name) => path.Length == 1 ? "/" + name : $"{path}/{name}";

    /// <summary>Refuses names that are not valid for a node.</summary>
    /// <param name="path">The path without its first slash; empty for the root.</param>
    /// <param name="key">The key of the path.</param>
    /// <param name="what">The name of the text in the message.</param>
    /// <exception cref="KvInvalidArgumentException">A part is empty, <c>.</c> or <c>..</c>.</exception>
    public static void CheckParts(ReadOnlySpan<char> path, string key, string what)
    {
        if (path.IsEmpty)
        {
            return;
        }

        for (var rest = path; ;)
        {
            var end = rest.IndexOf(KeyRules.Separator);
            if ((end < 0 ? rest : rest[..end]) is "" or "." or "..")
            {
                throw new KvInvalidArgumentException(
                    $"The {what} '{key}' has an empty part, a '.' or a '..' between its slashes, which is not allowed in a node of ZooKeeper.") { Key = key };
            }

            if (end < 0)
            {
                return;
            }

            rest = rest[(end + 1)..];
        }
    }

    private static ReadOnlySpan<char> FolderOf(ReadOnlySpan<char> path) => path.LastIndexOf(KeyRules.Separator) is >= 0 and var at ? path[..at] : [];

    // PathUtils.validatePath of ZooKeeper.
    private static void CheckCharacters(string text, string key, string what)
    {
        foreach (var c in text)
        {
            if (c is <= '\u001F' or (>= '\u007F' and <= '\u009F') or (>= '\uD800' and <= '\uF8FF') or >= '\uFFF0')
            {
                throw new KvInvalidArgumentException(
                    $"The {what} '{key}' contains the character U+{(int)c:X4}. ZooKeeper does not allow control characters, characters above U+FFEF, or characters for private use.") { Key = key };
            }
        }
    }

    private static void RefuseReserved(string path, string key)
    {
        if (IsReserved(path))
        {
            throw new KvInvalidArgumentException($"'{key}' is in /zookeeper, which ZooKeeper reserves. Use another key, or a chroot in the address.") { Key = key };
        }
    }

    private string PathOf(string text, string key, string what)
    {
        CheckCharacters(text, key, what);
        return string.Concat(_base, IsRooted && text.StartsWith(KeyRules.Separator) ? text.AsSpan(1) : text);
    }
}
