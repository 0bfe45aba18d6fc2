namespace Valkeyrie.Engine;

/// <summary>The last delivered state of a range, in a watch by comparison. A new state is compared pair by pair, and replaces the known one only after it was
/// read to its end, so an interrupted read changes nothing.</summary>
/// <param name="previousValue">True to keep the values, for events with the pair before the change.</param>
internal sealed class KnownPairs(bool previousValue)
{
    private readonly Dictionary<string, Known> _pairs = new(StringComparer.Ordinal);
    private readonly List<KvPair> _changed = [];
    private long _pass;

    /// <summary>Removes all pairs.</summary>
    public void Clear() => _pairs.Clear();

    /// <summary>Records a delivered pair.</summary>
    public void Add(KvPair pair) => _pairs[pair.Key] = new Known(pair, previousValue) { Pass = _pass };

    /// <summary>Starts to read a new state.</summary>
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

    /// <summary>Ends the new state, which becomes the known one.</summary>
    /// <param name="revision">The state's revision, with which removals are reported, because the store does not report their revisions.</param>
    /// <returns>The changes, in the order of revisions. Of several changes of a key only the last is included, after a removal if the key was created
    /// again.</returns>
    public IReadOnlyList<KvEvent> End(long revision)
    {
        List<KvEvent> events = [.. Removed(revision)];
        foreach (var pair in _changed)
        {
            _pairs.TryGetValue(pair.Key, out var known);
            if (known is not null && known.CreateRevision != pair.CreateRevision)
            {
                // The exact revision of the removal is not known: at the latest just before the key was created again.
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

        /// <summary>The pair, if events need it.</summary>
        public KvPair? Pair { get; } = previousValue ? pair : null;

        /// <summary>The newest state that contains the pair.</summary>
        public long Pass { get; set; }
    }
}
