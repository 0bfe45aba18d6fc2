namespace Valkeyrie.Engine;

/// <summary>The known state of a followed election, and the last report about it.</summary>
internal sealed class ElectionFollower(string name)
{
    private readonly Dictionary<string, KvPair> _contenders = new(StringComparer.Ordinal);
    private KvPair? _told;
    private bool _hasTold;
    private bool _isAway;

    /// <summary>Compares the contenders with the last known state; returns the changes, or the first state.</summary>
    /// <param name="contenders">The contenders. A contender without its value is unchanged since the last report.</param>
    /// <param name="revision">The revision of this state.</param>
    public KvElectionEvent? Begin(IEnumerable<KvPair> contenders, long revision)
    {
        var known = new Dictionary<string, KvPair>(_contenders, StringComparer.Ordinal);
        _contenders.Clear();
        foreach (var pair in contenders)
        {
            _contenders[pair.Key] = pair.KeyOnly && known.TryGetValue(pair.Key, out var before) ? before : pair;
        }

        return Tell(revision);
    }

    /// <summary>Applies the changes of one revision, or reports an outage.</summary>
    public KvElectionEvent? Change(IReadOnlyList<KvEvent> changes)
    {
        if (changes[0] is { Type: KvEventType.Outage or KvEventType.Resumed } way)
        {
            return way.Type == KvEventType.Outage ? Outage(way.Error!) : Resume(way.Revision);
        }

        foreach (var change in changes)
        {
            if (change.Type == KvEventType.Delete)
            {
                _contenders.Remove(change.Key);
            }
            else
            {
                _contenders[change.Key] = change.Pair;
            }
        }

        return Tell(changes[0].Revision);
    }

    public KvElectionEvent? Outage(KvException error)
    {
        var isNew = !_isAway;
        _isAway = true;
        return isNew ? new(KvElectionEventType.Outage, name) { Error = error } : null;
    }

    public KvElectionEvent? Resume(long revision)
    {
        var wasAway = _isAway;
        _isAway = false;
        return wasAway ? new(KvElectionEventType.Resumed, name) { Revision = revision } : null;
    }

    private KvElectionEvent? Tell(long revision)
    {
        var leader = _contenders.Count == 0 ? null : _contenders.Values.MinBy(c => c.CreateRevision);
        if (_hasTold && leader?.Revision == _told?.Revision && leader?.CreateRevision == _told?.CreateRevision)
        {
            return null;
        }

        var type = leader is null ? KvElectionEventType.Vacant
            : _told is not null && _told.Key == leader.Key && _told.CreateRevision == leader.CreateRevision ? KvElectionEventType.Proclaimed
            : KvElectionEventType.Elected;
        (_told, _hasTold) = (leader, true);
        return new(type, name) { Leader = leader, Waiting = Math.Max(0, _contenders.Count - 1), Revision = revision };
    }
}
