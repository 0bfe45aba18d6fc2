using System.Text;

namespace Valkeyrie.Etcd.V2;

/// <summary>The keys of a range on the server: the directory to read, and the filter for the keys of the range.</summary>
/// <param name="range">The range.</param>
/// <param name="path">The rooted path of the directory to read; for a single key its own.</param>
/// <param name="start">The common beginning of the paths in the range; for a single key its path.</param>
/// <param name="skip">The number of characters of a path before the key: the first slash and the namespace.</param>
/// <param name="rooted">True to return keys with a leading slash, as in the range.</param>
internal sealed class KeyTree(KvRange range, string path, string start, int skip, bool rooted)
{
    private readonly string _before = start[..Math.Min(skip, start.Length)];
    private readonly byte[] _start = Encoding.UTF8.GetBytes(start);
    private readonly int _skip = Encoding.UTF8.GetByteCount(start.AsSpan(0, Math.Min(skip, start.Length)));
    private readonly int _hiddenAfter = path.Length == 1 ? 0 : Encoding.UTF8.GetByteCount(path);

    public KvRange Range { get; } = range;

    public string Path { get; } = path;

    public bool IsSingle { get; } = range.Kind == KvRangeKind.Key;

    private string Target => IsSingle ? KeyPaths.Escape(Path) : KeyPaths.EscapeDirectory(Path);

    /// <summary>True if keys have a leading slash.</summary>
    public bool IsRooted => rooted;

    /// <summary>True if the range is the whole directory, except hidden keys.</summary>
    public bool IsWholeDirectory => !IsSingle && start.Length == (Path.Length == 1 ? 1 : Path.Length + 1);

    /// <summary>Returns the request target that reads the tree.</summary>
    public string ReadTarget(bool serializable) =>
        Target + "?" + (IsSingle ? "" : "recursive=true&sorted=true&") + (serializable ? "quorum=false" : "quorum=true");

    /// <summary>Returns the request target that reads the tree without its subdirectories.</summary>
    public string ReadLevelTarget() => Target + "?sorted=true&quorum=true";

    /// <summary>Returns the path to watch. For a directory, the probe is a hidden key, which is read fast: the directory itself may be large.</summary>
    public WatchedPath Watched() => IsSingle
        ? new(Target + "?wait=true", Path, Range)
        : new(Target + "?wait=true&recursive=true", Path.TrimEnd(KeyRules.Separator) + "/_", Range);

    /// <summary>Converts a path to the reader's form of the key; null for a path outside of the range, or a hidden one.</summary>
    /// <remarks>The server hides the keys below a part that starts with an underscore from listings and from current watches, but not from watches that catch
    /// up. Here they are hidden from all.</remarks>
    public string? KeyOf(ReadOnlySpan<byte> utf8)
    {
        if (IsSingle)
        {
            return utf8.SequenceEqual(_start) ? Range.Text : null;
        }

        if (utf8.Length <= _start.Length && !(Range.Kind == KvRangeKind.Prefix && utf8.SequenceEqual(_start)))
        {
            return null;
        }

        return utf8.StartsWith(_start) && utf8[_hiddenAfter..].IndexOf("/_"u8) < 0
            ? (rooted ? "/" : "") + Encoding.UTF8.GetString(utf8[_skip..])
            : null;
    }

    /// <summary>Converts a key of the range to a path.</summary>
    public string PathOf(string key) => IsSingle ? Path : string.Concat(_before, rooted ? key.AsSpan(1) : key);

    /// <inheritdoc cref="KeyOf(ReadOnlySpan{byte})"/>
    public string? KeyOf(string keyPath) => KeyOf(Encoding.UTF8.GetBytes(keyPath));
}
