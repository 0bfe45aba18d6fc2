using System.Text;

namespace Valkeyrie.Etcd.V2;

/// <summary>Converts keys to the rooted paths of the server and back.</summary>
/// <remarks>The server normalizes the path of every request: <c>a//b</c>, <c>a/./b</c>, <c>a/../b</c> and <c>a/</c> would name other keys, so they are refused
/// here. <c>/x</c> and <c>x</c> are the same key; pairs show it as the caller wrote it.</remarks>
internal sealed class KeyPaths
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _namespace;

    /// <param name="keyNamespace">The prefix to add to every key and remove again; empty for none.</param>
    /// <exception cref="KvInvalidArgumentException">No key of this server can begin with the namespace.</exception>
    public KeyPaths(string keyNamespace)
    {
        _namespace = keyNamespace.StartsWith(KeyRules.Separator) ? keyNamespace[1..] : keyNamespace;
        CheckText(keyNamespace, keyNamespace, "namespace");
        CheckFolder(FolderOf(_namespace), keyNamespace, "namespace");
    }

    /// <summary>True if a slash at the start of a key has no effect, because every path has one.</summary>
    private bool IsRooted => _namespace.Length == 0 || _namespace[^1] == KeyRules.Separator;

    /// <summary>Converts a key to a path.</summary>
    /// <exception cref="KvInvalidArgumentException">The server would normalize it to another key.</exception>
    public string PathOf(string key)
    {
        KeyRules.Check(key);
        var path = PathOf(key, "key");
        CheckUnfolded(path.AsSpan(1), key, "key");
        return path;
    }

    /// <summary>Converts a range to a tree of keys.</summary>
    /// <exception cref="KvInvalidArgumentException">The server would normalize it to another range.</exception>
    public KeyTree TreeOf(KvRange range)
    {
        var rooted = IsRooted && range.Start.StartsWith(KeyRules.Separator);
        if (range.Kind == KvRangeKind.Key)
        {
            var path = PathOf(range.Text);
            return new KeyTree(range, path, path, _namespace.Length + 1, rooted);
        }

        var what = range.Kind == KvRangeKind.Directory ? "directory" : "prefix";
        var start = PathOf(range.Start, what);
        var folder = FolderOf(start.AsSpan(1));
        CheckFolder(folder, range.Text, what);
        return new KeyTree(range, string.Concat("/", folder), start, _namespace.Length + 1, rooted);
    }

    /// <summary>Converts a path to a key for an error: without the namespace, and with a leading slash if the caller's key has one. A path above the namespace
    /// is returned in full.</summary>
    public string KeyOf(string path, string like)
    {
        var start = _namespace.Length + 1;
        return path.Length <= start ? path
            : IsRooted && like.StartsWith(KeyRules.Separator) ? string.Concat("/", path.AsSpan(start)) : path[start..];
    }

    /// <summary>Converts a path to a request target, with each character except the slash escaped if necessary.</summary>
    public static string Escape(string path) =>
        "/v2/keys" + (IsPlain(path) ? path : Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal));

    /// <summary>Converts a directory to a request target with a slash at the end: a role that may read <c>/team/*</c> may read <c>/team/</c>, but not
    /// <c>/team</c>.</summary>
    public static string EscapeDirectory(string path) => path.Length == 1 ? Escape(path) : Escape(path) + "/";

    private static bool IsPlain(string path)
    {
        foreach (var c in path)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<char> FolderOf(ReadOnlySpan<char> path)
    {
        var end = path.LastIndexOf(KeyRules.Separator);
        return end < 0 ? [] : path[..end];
    }

    private string PathOf(string key, string what)
    {
        CheckText(key, key, what);
        var text = IsRooted && key.StartsWith(KeyRules.Separator) ? key.AsSpan(1) : key;
        return string.Concat("/", _namespace, text);
    }

    private static void CheckText(string text, string key, string what)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return;
        }

        try
        {
            Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new KvInvalidArgumentException($"The {what} is not valid text: half of a surrogate pair at position {e.Index}.") { Key = key };
        }
    }

    private static void CheckFolder(ReadOnlySpan<char> path, string key, string what)
    {
        if (!path.IsEmpty)
        {
            CheckUnfolded(path, key, what);
        }
    }

    private static void CheckUnfolded(ReadOnlySpan<char> path, string key, string what)
    {
        var rest = path;
        while (true)
        {
            var end = rest.IndexOf(KeyRules.Separator);
            if ((end < 0 ? rest : rest[..end]) is "" or "." or "..")
            {
                throw new KvInvalidArgumentException(
                    $"The {what} '{key}' has an empty part, a '.' or a '..' between its slashes. etcd's API 2 would read it as another key.") { Key = key };
            }

            if (end < 0)
            {
                return;
            }

            rest = rest[(end + 1)..];
        }
    }
}
