namespace Valkeyrie.Engine;

/// <summary>What a watch by comparison knows of its range: the state that it has delivered last. A new state is read against it pair by pair; nothing of that is
/// known before the state was read to its end, so that one that breaks off changes nothing.</summary>
/// <param name="previousValue">True to keep values, for events that carry the pair before the change.</param>
internal sealed class KnownPairs(bool previousValue)
{
    private readonly Dictionary<string, Known> _pairs = new(StringComparer.Ordinal);
    private readonly List<KvPair> _changed = [];
    private long _pass;

    /// <summary>Forgets all.</summary>
    public void Clear() => _pairs.Clear();

    /// <summary>Takes note of a pair that has been delivered.</summary>
    public void Add(KvPair pair) => _pairs[pair.Key] = new Known(pair, previousValue) { Pass = _pass };

    /// <summary>Begins to read a new state.</summary>
    public void Begin()
    {
        _pass++;
        _changed.Clear();
    }

    /// <summary>Compares a pair of the new state.</summary>
    public void Compare(KvPair pair)
    {
        if (_pairs.TryGetValue(pair.Key, out var known))
        {
            known.Pass = _pass;
            if (known.Revision == pair.Revision && known.CreateRevision == pair.CreateRevision)
            {
                return;
            }
        }

        _changed.Add(pair);
    }

    /// <summary>Ends the new state: it is what is known from now on.</summary>
    /// <param name="revision">The state's revision, with which removals are reported: the store does not say when they were.</param>
    /// <returns>What has changed, in the order of revisions. Of several changes of a key the last one; and before it the removal, if the key was created again.</returns>
    public IReadOnlyList<KvEvent> End(long revision)
    {
        List<KvEvent> events = [.. Removed(revision)];
        foreach (var pair in _changed)
        {
            _pairs.TryGetValue(pair.Key, out var known);
            if (known is not null && known.CreateRevision != pair.CreateRevision)
            {
                // When exactly it was removed is not known: at the latest just before it was made again.
                events.Add(Delete(pair.Key, known, Math.Max(known.Revision, (pair.CreateRevision ?? 0) - 1)));
                known = null;
            }

            events.Add(new KvEvent { Type = KvEventType.Put, Pair = pair, Previous = known?.Pair });
            Add(pair);
        }

        _changed.Clear();
        return events.Count < 2 ? events : [.. events.OrderBy(e => e.Revision).ThenBy(e => e.Key, Comparer<string>.Create(KeyOrder.Compare))];
    }

    private IEnumerable<KvEvent> Removed(long revision)
    {
        var gone = _pairs.Where(p => p.Value.Pass != _pass).ToList();
        foreach (var (key, known) in gone)
        {
            _pairs.Remove(key);
            yield return Delete(key, known, revision);
        }
    }

    private static KvEvent Delete(string key, Known known, long revision) =>
        new() { Type = KvEventType.Delete, Pair = new KvPair { Key = key, Revision = revision }, Previous = known.Pair };

    private sealed class Known(KvPair pair, bool previousValue)
    {
        public long Revision { get; } = pair.Revision;

        public long? CreateRevision { get; } = pair.CreateRevision;

        /// <summary>The pair itself, where it may be asked for.</summary>
        public KvPair? Pair { get; } = previousValue ? pair : null;

        /// <summary>The newest state that has it.</summary>
        public long Pass { get; set; }
    }
}
