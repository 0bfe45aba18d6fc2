using System.Runtime.CompilerServices;
using Valkeyrie.Engine;
using Valkeyrie.ZooKeeper.Keys;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Watches;

/// <summary>Observes a range with a watch on its node and all nodes below it. The watch reports which nodes have changed, but not how. These are read again, or
/// all of them if an event may have been missed.</summary>
/// <param name="nodes">Reads the nodes.</param>
/// <param name="range">The range.</param>
/// <param name="options">The options of the watch. If it begins at a revision, the existing nodes are read to the end before their revision is
/// reported.</param>
/// <param name="only">Selects the shown nodes by path and stat; null for all except lock nodes.</param>
internal sealed class NodeObserver(Nodes nodes, NodeRange range, KvWatchOptions options, Func<string, NodeStat, bool>? only = null) : IRangeObserver, IWatcher
{
    // Another member usually resumes the session within this time; a longer interruption is an outage.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int ReadsAtOnce = 64;

    private readonly object _gate = new();

    // Already read, but written after the changes that are reported first.
    private readonly Dictionary<string, KvPair> _later = new(StringComparer.Ordinal);
    private SortedDictionary<string, KvPair> _known = NewKnown();
    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private TaskCompletionSource _signal = NewSignal();
    private Session? _session;
    private SessionException? _away;
    private bool _mustReadAll = true;
    private bool _isListed;
    private long _reached;

    private string WatchedPath => range.IsSingle ? range.Start : range.Folder;

    public async ValueTask<IRangeState> NextAsync(CancellationToken cancellationToken)
    {
        if (_later.Count > 0)
        {
            return Later();
        }

        while (true)
        {
            var isNew = await WatchAsync(cancellationToken).ConfigureAwait(false);
            var (readAll, changed) = await TakeAsync(isNew, cancellationToken).ConfigureAwait(false);
            try
            {
                if (readAll)
                {
                    return await ReadAllAsync(isNew, cancellationToken).ConfigureAwait(false);
                }

                if (await ReadChangedAsync(changed, cancellationToken).ConfigureAwait(false) is { } state)
                {
                    return state;
                }
            }
            catch
            {
                Restart();
                throw;
            }
        }
    }

    public async ValueTask<long> NewestRevisionAsync(CancellationToken cancellationToken) =>
        (await nodes.CallAsync(SyncRequest.Instance, range.Range.Text, cancellationToken).ConfigureAwait(false)).Zxid;

    public void Restart()
    {
        lock (_gate)
        {
            _mustReadAll = true;
            _signal.TrySetResult();
        }
    }

    public void AcceptHistory()
    {
        _reached = 0;
        _isListed = false;
        Restart();
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            await session.Watches.RemoveAsync(WatchedPath, this).ConfigureAwait(false);
        }
    }

    void IWatcher.OnEvent(WatchEvent happened)
    {
        if (!range.Covers(happened.Path))
        {
            return;
        }

        lock (_gate)
        {
            _changed.Add(happened.Path);
            _signal.TrySetResult();
        }
    }

    void IWatcher.OnReconnected()
    {
        lock (_gate)
        {
            _away = null;
            _mustReadAll = true;
            _signal.TrySetResult();
        }
    }

    void IWatcher.OnDisconnected(SessionException why)
    {
        lock (_gate)
        {
            _away = why;
            _signal.TrySetResult();
        }
    }

    void IWatcher.OnSessionEnded(SessionException why)
    {
        lock (_gate)
        {
            _away = null;
            _mustReadAll = true;
            _signal.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Watches the range with a living session.</summary>
    /// <returns>True if it is another session than before.</returns>
    private async ValueTask<bool> WatchAsync(CancellationToken cancellationToken)
    {
        if (_session is { HasEnded: false })
        {
            return false;
        }

        var session = nodes.Pool.Main;
        try
        {
            var error = await session.Watches.AddAsync(WatchedPath, this, range.Range.Text, cancellationToken).ConfigureAwait(false);
            if (error != ErrorCode.Ok)
            {
                throw error == ErrorCode.Unimplemented
                    ? new KvNotSupportedException("watches: they need ZooKeeper 3.6 or newer on all members", nodes.Info) { Key = range.Range.Text }
                    : nodes.Refusal(error, range.Range.Text);
            }
        }
        catch (SessionException e)
        {
            throw nodes.Pool.Settings.Errors.Of(e, range.Range.Text, repeatable: true);
        }

        _session = session;
        return true;
    }

    /// <summary>Waits until a node may have changed.</summary>
    private async ValueTask<(bool ReadAll, HashSet<string> Changed)> TakeAsync(bool isNew, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task signal;
            SessionException? away;
            lock (_gate)
            {
                _mustReadAll |= isNew;
                if (_mustReadAll || (_changed.Count > 0 && _away is null))
                {
                    var taken = (_mustReadAll, _changed);
                    (_mustReadAll, _changed) = (false, new(StringComparer.Ordinal));
                    return taken;
                }

                if (_signal.Task.IsCompleted)
                {
                    _signal = NewSignal();
                }

                signal = _signal.Task;
                away = _away;
            }

            if (away is null)
            {
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                await signal.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw nodes.Pool.Settings.Errors.Of(away, range.Range.Text, repeatable: true);
            }
        }
    }

    private async ValueTask<IRangeState> ReadAllAsync(bool isNew, CancellationToken cancellationToken)
    {
        // After a sync, a lower number than before proves another history.
        var newest = await NewestRevisionAsync(cancellationToken).ConfigureAwait(false);
        if (isNew && newest < _reached)
        {
            throw HistoryErrors.Changed($"The watch of {range.Range}", range.Range.Text, nodes.Info.Address);
        }

        _later.Clear();
        if (range.IsSingle)
        {
            return await ReadSingleAsync(cancellationToken).ConfigureAwait(false);
        }

        if (options.FromRevision is null || _isListed)
        {
            return new State(_isListed ? newest : Math.Max(1, _reached), WalkAsync(newest, keysOnly: false, cancellationToken), this);
        }

        var pairs = new List<KvPair>();
        await foreach (var pair in WalkAsync(newest, !options.PreviousValue, cancellationToken).ConfigureAwait(false))
        {
            pairs.Add(pair);
        }

        return new State(_reached, ToAsync(pairs), this);
    }

    /// <summary>Reads the whole range. If it is compared with the known state, writes during the walk are reported later: a key that the walk has passed
    /// without finding it may have been created since.</summary>
    private async IAsyncEnumerable<KvPair> WalkAsync(long begun, bool keysOnly, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = NewKnown();
        var isCompared = _isListed;
        var walk = new TreeWalk(nodes, range, new TreeWalkOptions { KeysOnly = keysOnly });
        await foreach (var node in walk.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (only?.Invoke(node.Path, node.Stat) == false)
            {
                continue;
            }

            var pair = Nodes.PairOf(range.KeyOf(node.Path), node.Bytes, node.Stat);
            _reached = Math.Max(_reached, pair.Revision);
            if (!isCompared || pair.Revision <= begun)
            {
                next[pair.Key] = Known(pair);
                yield return pair;
                continue;
            }

            _later[pair.Key] = pair;
            if (_known.TryGetValue(pair.Key, out var before))
            {
                next[pair.Key] = before;
                yield return before;
            }
        }

        _known = next;
        _isListed = true;
        _reached = Math.Max(_reached, walk.NewestZxid);
    }

    /// <summary>Returns the pairs that were read before and not reported yet.</summary>
    private State Later()
    {
        var fresh = new Dictionary<string, KvPair>(_later, StringComparer.Ordinal);
        _later.Clear();
        return Told(fresh, fresh.Values.Max(p => p.Revision));
    }

    private State Told(Dictionary<string, KvPair> fresh, long revision)
    {
        foreach (var pair in fresh.Values)
        {
            _known[pair.Key] = Known(pair);
        }

        return new State(revision, ToAsync(_known.Values.Select(p => fresh.GetValueOrDefault(p.Key, p))), this);
    }

    private async ValueTask<IRangeState> ReadSingleAsync(CancellationToken cancellationToken)
    {
        var reply = await nodes.CallAsync(new GetDataRequest(range.Start, synced: true), range.Range.Text, cancellationToken).ConfigureAwait(false);
        _isListed = true;
        if (PairOf(range.Start, reply) is { } pair)
        {
            _reached = Math.Max(_reached, pair.Revision);
            return Told(new() { [pair.Key] = pair }, pair.Revision);
        }

        _known.Clear();
        _reached = Math.Max(_reached, await RemovedUntilAsync(range.Start, cancellationToken).ConfigureAwait(false));
        return Told([], Math.Max(1, _reached));
    }

    /// <summary>Reads the changed nodes; null if none of them is in the range.</summary>
    private async ValueTask<IRangeState?> ReadChangedAsync(HashSet<string> changed, CancellationToken cancellationToken)
    {
        var fresh = new List<KvPair>();
        var removed = new List<string>();
        var removedUntil = long.MaxValue;
        foreach (var part in changed.Chunk(ReadsAtOnce))
        {
            var replies = await Task.WhenAll(part.Select(
                p => nodes.CallAsync(new GetDataRequest(p, synced: false), KeyOf(p), cancellationToken).AsTask())).ConfigureAwait(false);
            foreach (var (path, reply) in part.Zip(replies))
            {
                if (PairOf(path, reply) is { } pair)
                {
                    fresh.Add(pair);
                }
                else if (_known.ContainsKey(KeyOf(path)))
                {
                    removed.Add(KeyOf(path));
                    removedUntil = Math.Min(removedUntil, reply.Zxid);
                }
            }
        }

        if (fresh.Count == 0 && removed.Count == 0)
        {
            return null;
        }

        // Servers do not report when a node was removed: at the latest when it was not found. Later writes are reported later.
        removed.ForEach(k => _known.Remove(k));
        foreach (var pair in fresh.Where(p => p.Revision > removedUntil))
        {
            _later[pair.Key] = pair;
        }

        var now = fresh.Where(p => p.Revision <= removedUntil).ToDictionary(p => p.Key, StringComparer.Ordinal);
        _reached = Math.Max(_reached, fresh.Select(p => p.Revision).Append(removed.Count > 0 ? removedUntil : 0).Max());
        return Told(now, removed.Count > 0 ? removedUntil : now.Values.Max(p => p.Revision));
    }

    private string KeyOf(string path) => range.IsSingle ? range.Range.Text : range.KeyOf(path);

    /// <summary>Returns the pair of a node; null if it is not a pair.</summary>
    private KvPair? PairOf(string path, Reply<NodeData> reply) =>
        !reply.IsOk ? reply.Error == ErrorCode.NoNode ? null : throw nodes.Refusal(reply.Error, KeyOf(path))
        : reply.Value.Bytes is { } bytes && IsShown(path, reply.Value.Stat) ? Nodes.PairOf(KeyOf(path), bytes, reply.Value.Stat)
        : null;

    private bool IsShown(string path, in NodeStat stat) => range.IsSingle || (only?.Invoke(path, stat) ?? !TreeWalk.IsOfLock(path, stat));

    /// <summary>Returns the latest possible transaction of a missing node's removal: that of the last removal or creation below its parent.</summary>
    private async ValueTask<long> RemovedUntilAsync(string path, CancellationToken cancellationToken)
    {
        while (path.Length > 1)
        {
            path = NodePaths.ParentOf(path);
            var above = await nodes.CallAsync(new ExistsRequest(path, synced: false), range.Range.Text, cancellationToken).ConfigureAwait(false);
            if (above.Error != ErrorCode.NoNode)
            {
                return above.IsOk ? above.Value.Pzxid : above.Zxid;
            }
        }

        return 0;
    }

    /// <summary>Returns the kept part of a pair, which is enough to recognize it.</summary>
    private static KvPair Known(KvPair pair) => new() { Key = pair.Key, KeyOnly = true, Revision = pair.Revision, CreateRevision = pair.CreateRevision };

    private static async IAsyncEnumerable<KvPair> ToAsync(IEnumerable<KvPair> pairs)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var pair in pairs)
        {
            yield return pair;
        }
    }

    private static SortedDictionary<string, KvPair> NewKnown() => new(Comparer<string>.Create(KeyOrder.Compare));

    private sealed class State(long revision, IAsyncEnumerable<KvPair> pairs, NodeObserver observer) : IRangeState
    {
        // A listing that is not compared may find newer pairs.
        public long Revision => observer._isListed ? revision : Math.Max(revision, observer._reached);

        public IAsyncEnumerable<KvPair> Pairs => pairs;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
