using System.Text;

namespace Valkeyrie.Etcd.V2;

/// <summary>The keys of a range as the server has them: the directory to ask for, and which of its keys belong to the range.</summary>
/// <param name="range">The range.</param>
/// <param name="path">The rooted path of the directory to ask for; for a single key its own.</param>
/// <param name="start">What the path of every key of the range starts with; for a single key its path.</param>
/// <param name="skip">How many characters of a path come before the key: the first slash and the namespace.</param>
/// <param name="rooted">True to give keys a leading slash, as the range has one.</param>
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

    /// <summary>True if keys get a leading slash.</summary>
    public bool IsRooted => rooted;

    /// <summary>True if the range is all there is in the directory, but for what is hidden.</summary>
    public bool IsWholeDirectory => !IsSingle && start.Length == (Path.Length == 1 ? 1 : Path.Length + 1);

    /// <summary>The request target that reads it.</summary>
    public string ReadTarget(bool serializable) =>
        Target + "?" + (IsSingle ? "" : "recursive=true&sorted=true&") + (serializable ? "quorum=false" : "quorum=true");

    /// <summary>The request target that reads it without what lies in its directories.</summary>
    public string ReadLevelTarget() => Target + "?sorted=true&quorum=true";

    /// <summary>Its changes. Of a directory a hidden key is what is quick to read: the directory itself may be long.</summary>
    public WatchedPath Watched() => IsSingle
        ? new(Target + "?wait=true", Path, Range)
        : new(Target + "?wait=true&recursive=true", Path.TrimEnd(KeyRules.Separator) + "/_", Range);

    /// <summary>The key of a path as this range's reader is to see it; null for a path that is not in the range, or hidden.</summary>
    /// <remarks>The server hides what lies below a part that starts with an underscore from listings and from watches as they happen, but not
    /// from those that catch up; it is hidden here from all of them.</remarks>
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

    /// <summary>The path of one of the range's keys.</summary>
    public string PathOf(string key) => IsSingle ? Path : string.Concat(_before, rooted ? key.AsSpan(1) : key);

    /// <inheritdoc cref="KeyOf(ReadOnlySpan{byte})"/>
    public string? KeyOf(string keyPath) => KeyOf(Encoding.UTF8.GetBytes(keyPath));
}
