namespace Valkeyrie.Etcd.V2;

/// <summary>Converts the server's changes to events of the keys of a tree. It keeps the existing keys, because the server reports the removal of a directory in
/// one change without naming its keys.</summary>
internal sealed class ChangeReader(KeyTree tree, bool previousValue)
{
    private readonly Dictionary<string, KvPair> _known = new(StringComparer.Ordinal);

    /// <summary>Removes all keys.</summary>
    public void Clear() => _known.Clear();

    /// <summary>Records an existing key.</summary>
    public void Know(KvPair pair) => _known[pair.Key] = previousValue ? pair : Outline(pair);

    /// <summary>Returns the events of a change; none if it affects no key of the tree.</summary>
    public IReadOnlyList<KvEvent> Read(KeysReply change)
    {
        var node = change.Node!;
        var removed = change.Action is "delete" or "compareAndDelete" or "expire";
        if (node.IsDirectory && removed)
        {
            return DirectoryRemoved(node);
        }

        if (tree.KeyOf(node.Path) is not { } key || IsHidden(removed ? change.Previous : node, key))
        {
            return [];
        }

        if (node.IsDirectory)
        {
            // A directory in the place of a key removes that key.
            return change.Previous is { IsDirectory: false } replaced ? [Deleted(key, node.ModifiedIndex, replaced.ToPair(key))] : [];
        }

        var previous = change.Previous is { IsDirectory: false } before ? before.ToPair(key) : null;
        if (removed)
        {
            return [Deleted(key, node.ModifiedIndex, previous)];
        }

        var pair = node.ToPair(key);
        Know(pair);
        return [new KvEvent { Type = KvEventType.Put, Pair = pair, Previous = previousValue ? previous : null }];
    }

    /// <summary>Checks whether a node is a lock key, unless it is the requested key.</summary>
    private bool IsHidden(KeysNode? node, string key) => !tree.IsSingle && node is not null && node.IsLockKey(key);

    private List<KvEvent> DirectoryRemoved(KeysNode directory)
    {
        // A key may have been created since; its own change follows, or preceded the read of the tree.
        var gone = _known.Values
            .Where(pair => pair.CreateRevision < directory.ModifiedIndex && IsBelow(pair.Key, directory.Path))
            .OrderBy(pair => pair.Key, Comparer<string>.Create(KeyOrder.Compare))
            .ToList();
        return gone.ConvertAll(pair => Deleted(pair.Key, directory.ModifiedIndex, pair));
    }

    private bool IsBelow(string key, string directory)
    {
        var path = tree.PathOf(key);
        return path.Length > directory.Length && path[directory.Length] == KeyRules.Separator && path.StartsWith(directory, StringComparison.Ordinal);
    }

    private KvEvent Deleted(string key, long index, KvPair? previous)
    {
        _known.Remove(key);
        return new KvEvent
        {
            Type = KvEventType.Delete,
            Pair = new KvPair { Key = key, Revision = index },
            Previous = previousValue ? previous : null,
        };
    }

    private static KvPair Outline(KvPair pair) =>
        new() { Key = pair.Key, KeyOnly = true, Revision = pair.Revision, CreateRevision = pair.CreateRevision };
}
