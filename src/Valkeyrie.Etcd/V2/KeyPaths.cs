using System.Text;

namespace Valkeyrie.Etcd.V2;

/// <summary>Turns keys into the rooted paths that the server knows, and back.</summary>
/// <remarks>The server cleans the path of every request: <c>a//b</c>, <c>a/./b</c>, <c>a/../b</c> and <c>a/</c> would name other keys than
/// they say, so they are refused here. <c>/x</c> and <c>x</c> are the same key; pairs carry it as their reader wrote it.</remarks>
internal sealed class KeyPaths
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _namespace;

    /// <param name="keyNamespace">The prefix put before every key and taken off again; empty for none.</param>
    /// <exception cref="KvInvalidArgumentException">The namespace is nothing that keys of this server could start with.</exception>
    public KeyPaths(string keyNamespace)
    {
        _namespace = keyNamespace.StartsWith(KeyRules.Separator) ? keyNamespace[1..] : keyNamespace;
        CheckText(keyNamespace, keyNamespace, "namespace");
        CheckFolder(FolderOf(_namespace), keyNamespace, "namespace");
    }

    /// <summary>True if a slash at the start of a key says nothing, since one is there already.</summary>
    private bool IsRooted => _namespace.Length == 0 || _namespace[^1] == KeyRules.Separator;

    /// <summary>The path of a key.</summary>
    /// <exception cref="KvInvalidArgumentException">The server would take it for another key.</exception>
    public string PathOf(string key)
    {
        KeyRules.Check(key);
        var path = PathOf(key, "key");
        CheckUnfolded(path.AsSpan(1), key, "key");
        return path;
    }

    /// <summary>The tree of keys that a range covers.</summary>
    /// <exception cref="KvInvalidArgumentException">The server would take it for another.</exception>
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

    /// <summary>A path as the error about a key shall name it: without the namespace, with a leading slash where the key has one. One above the
    /// namespace is named in full.</summary>
    public string KeyOf(string path, string like)
    {
        var start = _namespace.Length + 1;
        return path.Length <= start ? path
            : IsRooted && like.StartsWith(KeyRules.Separator) ? string.Concat("/", path.AsSpan(start)) : path[start..];
    }

    /// <summary>The request target of a path, each character but the slash escaped where a URL needs it.</summary>
    public static string Escape(string path) =>
        "/v2/keys" + (IsPlain(path) ? path : Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal));

    /// <summary>The request target of a directory, with a slash at its end: a role that may read <c>/team/*</c> may read <c>/team/</c>, not <c>/team</c>.</summary>
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
                    $"The {what} '{key}' has an empty part, a '.' or a '..' between its slashes. etcd's APIv2 would read it as another key.") { Key = key };
            }

            if (end < 0)
            {
                return;
            }

            rest = rest[(end + 1)..];
        }
    }
}
