namespace Valkeyrie.Engine;

/// <summary>Distinguishes lock keys from data with a similar name: a lock key is attached to the lease that it is named after. Listings without values may omit
/// the lease (etcd 3.7), so keys that look like lock keys are read again, at the listing's revision.</summary>
/// <param name="engine">The engine of the pages.</param>
/// <param name="serializable">True to allow a stale answer, as the listing does.</param>
internal sealed class LockKeys(IRevisionedEngine engine, bool serializable = false)
{
    // Each is a small read; this number is enough to hide the round trip.
    private const int AtOnce = 32;

    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);
    private KvPage? _page;
    private Queue<string> _doubts = [];

    /// <summary>Checks whether a pair is a lock key.</summary>
    /// <param name="pair">A pair of the page.</param>
    /// <param name="page">The page: its other undecided keys are read together with the pair.</param>
    /// <param name="revision">The revision of the page.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<bool> ContainAsync(KvPair pair, KvPage page, long revision, CancellationToken cancellationToken)
    {
        if (!LockNames.IsNamedLikeLockKey(pair.Key))
        {
            return new(false);
        }

        return IsInDoubt(pair) ? AskAsync(pair.Key, page, revision, cancellationToken) : new(LockNames.IsLockKey(pair));
    }

    /// <summary>Checks whether a key was a lock key at a revision.</summary>
    public async ValueTask<bool> ContainAsync(string key, long revision, CancellationToken cancellationToken)
    {
        var query = new KvRangeQuery(KvRange.Key(key)) { Revision = revision, Serializable = serializable };
        using var page = await engine.RangeAsync(query, cancellationToken).ConfigureAwait(false);
        return page.Pairs is [var pair, ..] && LockNames.IsLockKey(pair);
    }

    private static bool IsInDoubt(KvPair pair) => pair is { KeyOnly: true, LeaseId: null };

    private async ValueTask<bool> AskAsync(string key, KvPage page, long revision, CancellationToken cancellationToken)
    {
        if (_page != page)
        {
            _page = page;
            _doubts = new(page.Pairs.Where(p => IsInDoubt(p) && LockNames.IsNamedLikeLockKey(p.Key)).Select(p => p.Key));
        }

        while (!_answers.ContainsKey(key) && _doubts.Count > 0)
        {
            _answers.Clear();
            var keys = Enumerable.Range(0, Math.Min(AtOnce, _doubts.Count)).Select(_ => _doubts.Dequeue()).ToList();
            var answers = await Task.WhenAll(keys.Select(k => ContainAsync(k, revision, cancellationToken).AsTask())).ConfigureAwait(false);
            foreach (var (name, isLockKey) in keys.Zip(answers))
            {
                _answers[name] = isLockKey;
            }
        }

        return _answers[key];
    }
}
