namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>The nodes that a range covers.</summary>
/// <param name="Paths">Knows their keys.</param>
/// <param name="Range">The range.</param>
/// <param name="Folder">The node below which all of them lie; of a single key, its node.</param>
/// <param name="Start">What their paths begin with.</param>
/// <param name="Rooted">True if their keys begin with a slash.</param>
internal sealed record NodeRange(NodePaths Paths, KvRange Range, string Folder, string Start, bool Rooted)
{
    public bool IsSingle => Range.Kind == KvRangeKind.Key;

    /// <summary>What the names of the folder's children begin with that lie in the range, or above nodes that do.</summary>
    public string NameStart => Start[(Start.LastIndexOf(KeyRules.Separator) + 1)..];

    public string KeyOf(string path) => Paths.KeyOf(path, Rooted);

    /// <summary>True for the path of a key in the range.</summary>
    public bool Covers(string path) => IsSingle ? path == Start
        : path.Length > Start.Length && path.StartsWith(Start, StringComparison.Ordinal) && !NodePaths.IsReserved(path);
}
