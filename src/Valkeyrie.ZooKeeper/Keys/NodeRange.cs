namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>The nodes of a range.</summary>
/// <param name="Paths">Converts paths to keys.</param>
/// <param name="Range">The range.</param>
/// <param name="Folder">The node that contains all of them; for a single key, its node.</param>
/// <param name="Start">The common beginning of their paths.</param>
/// <param name="Rooted">True if their keys start with a slash.</param>
internal sealed record NodeRange(NodePaths Paths, KvRange Range, string Folder, string Start, bool Rooted)
{
    public bool IsSingle => Range.Kind == KvRangeKind.Key;

    /// <summary>The common beginning of the folder's children that are in the range, or above nodes in the range.</summary>
    public string NameStart => Start[(Start.LastIndexOf(KeyRules.Separator) + 1)..];

    public string KeyOf(string path) => Paths.KeyOf(path, Rooted);

    /// <summary>Checks whether the path belongs to a key in the range.</summary>
    public bool Covers(string path) => IsSingle ? path == Start
        : path.Length > Start.Length && path.StartsWith(Start, StringComparison.Ordinal) && !NodePaths.IsReserved(path);
}
